// AdaptiveMaxPooling1D, AdaptiveAveragePooling1D and their relatives with two and three axes.
#pragma once

#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// Pooling by as many windows along each axis as are wanted: (batch, axes…, channels) becomes
/// (batch, output_size…, channels), of the input's dtype. Of n elements, the i-th of m windows sees
/// those from ⌊i n/m⌋ up to ⌈(i+1) n/m⌉. There are no weights.
class AdaptivePooling : public Layer {
public:
    /// Throws ShapeError unless x is (batch, axes…, channels).
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;

protected:
    /// The operation: `adaptive_max_pool` or `adaptive_average_pool`.
    using Function = Tensor (*)(const Tensor& x, const PerAxis& places);
    /// Throws ValueError unless the sizes are positive.
    AdaptivePooling(Function function, int axes, const PerAxis& output_size,
                    const LayerOptions& options);

private:
    Function function_;
    int axes_;
    PerAxis size_;
};

/// The largest element of each window and channel: over sequences (batch, steps, channels).
class AdaptiveMaxPooling1D final : public AdaptivePooling {
public:
    /// Throws ValueError unless the sizes are positive.
    explicit AdaptiveMaxPooling1D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_max_pool, 1, output_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static AdaptiveMaxPooling1D from_config(ConfigReader& config);
};

/// The largest element of each window and channel: over pictures (batch, rows, columns, channels).
class AdaptiveMaxPooling2D final : public AdaptivePooling {
public:
    /// Throws ValueError unless the sizes are positive.
    explicit AdaptiveMaxPooling2D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_max_pool, 2, output_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static AdaptiveMaxPooling2D from_config(ConfigReader& config);
};

/// The largest element of each window and channel: over volumes (batch, planes, rows, columns,
/// channels).
class AdaptiveMaxPooling3D final : public AdaptivePooling {
public:
    /// Throws ValueError unless the sizes are positive.
    explicit AdaptiveMaxPooling3D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_max_pool, 3, output_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static AdaptiveMaxPooling3D from_config(ConfigReader& config);
};

/// The mean of each window and channel: over sequences (batch, steps, channels).
class AdaptiveAveragePooling1D final : public AdaptivePooling {
public:
    /// Throws ValueError unless the sizes are positive.
    explicit AdaptiveAveragePooling1D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_average_pool, 1, output_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static AdaptiveAveragePooling1D from_config(ConfigReader& config);
};

/// The mean of each window and channel: over pictures (batch, rows, columns, channels).
class AdaptiveAveragePooling2D final : public AdaptivePooling {
public:
    /// Throws ValueError unless the sizes are positive.
    explicit AdaptiveAveragePooling2D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_average_pool, 2, output_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static AdaptiveAveragePooling2D from_config(ConfigReader& config);
};

/// The mean of each window and channel: over volumes (batch, planes, rows, columns, channels).
class AdaptiveAveragePooling3D final : public AdaptivePooling {
public:
    /// Throws ValueError unless the sizes are positive.
    explicit AdaptiveAveragePooling3D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_average_pool, 3, output_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static AdaptiveAveragePooling3D from_config(ConfigReader& config);
};

}  // namespace shikumi::nn
