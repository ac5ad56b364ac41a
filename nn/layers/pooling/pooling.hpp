// MaxPooling1D, AveragePooling1D and their relatives with two and three axes.
#pragma once

#include <optional>
#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What pooling layers can be given. Defaults are Keras's.
struct PoolingOptions {
    PerAxis strides = {};              ///< steps of the window; its size where absent
    Padding padding = Padding::valid;  ///< `valid` or `same`
    Shape input_shape = {};            ///< of one sample; known from the data where it is empty
    std::string name = {};             ///< numbered by class where it is empty
};

/// One number for each window and channel: (batch, axes…, channels) becomes (batch, places…,
/// channels), of the input's dtype. There are no weights.
class Pooling : public Layer {
public:
    /// Throws ShapeError unless x is (batch, axes…, channels) and the window fits into it.
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;

protected:
    /// The operation: `max_pool` or `average_pool`.
    using Function = Tensor (*)(const Tensor& x, const PerAxis& size, const PoolOptions& options);
    /// Throws ValueError unless sizes and strides are positive, and for causal padding.
    Pooling(Function function, int axes, const PerAxis& size, const PoolingOptions& options);

private:
    Function function_;
    int axes_;
    PerAxis size_;
    PoolingOptions options_;
};

/// The largest element of each window and channel: over sequences (batch, steps, channels).
class MaxPooling1D final : public Pooling {
public:
    /// Throws ValueError unless sizes and strides are positive, and for causal padding.
    explicit MaxPooling1D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(max_pool, 1, pool_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static MaxPooling1D from_config(ConfigReader& config);
};

/// The largest element of each window and channel: over pictures (batch, rows, columns, channels).
class MaxPooling2D final : public Pooling {
public:
    /// Throws ValueError unless sizes and strides are positive, and for causal padding.
    explicit MaxPooling2D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(max_pool, 2, pool_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static MaxPooling2D from_config(ConfigReader& config);
};

/// The largest element of each window and channel: over volumes (batch, planes, rows, columns,
/// channels).
class MaxPooling3D final : public Pooling {
public:
    /// Throws ValueError unless sizes and strides are positive, and for causal padding.
    explicit MaxPooling3D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(max_pool, 3, pool_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static MaxPooling3D from_config(ConfigReader& config);
};

/// The mean of each window and channel, padding not counted: over sequences (batch, steps,
/// channels).
class AveragePooling1D final : public Pooling {
public:
    /// Throws ValueError unless sizes and strides are positive, and for causal padding.
    explicit AveragePooling1D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(average_pool, 1, pool_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static AveragePooling1D from_config(ConfigReader& config);
};

/// The mean of each window and channel, padding not counted: over pictures (batch, rows, columns,
/// channels).
class AveragePooling2D final : public Pooling {
public:
    /// Throws ValueError unless sizes and strides are positive, and for causal padding.
    explicit AveragePooling2D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(average_pool, 2, pool_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static AveragePooling2D from_config(ConfigReader& config);
};

/// The mean of each window and channel, padding not counted: over volumes (batch, planes, rows,
/// columns, channels).
class AveragePooling3D final : public Pooling {
public:
    /// Throws ValueError unless sizes and strides are positive, and for causal padding.
    explicit AveragePooling3D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(average_pool, 3, pool_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static AveragePooling3D from_config(ConfigReader& config);
};

}  // namespace shikumi::nn
