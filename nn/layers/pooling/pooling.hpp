// Pooling layers. Data is (batch, axes…, channels). They have no weights.
#pragma once

#include <optional>
#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct PoolingOptions {
    std::optional<PerAxis> strides = {};  ///< the pool's size where absent
    Padding padding = Padding::valid;
    Shape input_shape = {};
    std::string name = {};
};

/// What the layers below are: the largest element, or the mean, of each window and channel.
class Pooling : public Layer {
public:
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

protected:
    using Function = Tensor (*)(const Tensor& x, const PerAxis& size, const PoolOptions& options);
    /// Throws ValueError unless sizes and strides are positive, and for causal padding.
    Pooling(Function function, int axes, const PerAxis& size, const PoolingOptions& options);

private:
    Function function_;
    int axes_;
    PerAxis size_;
    PoolingOptions options_;
};

class MaxPooling1D final : public Pooling {
public:
    explicit MaxPooling1D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(max_pool, 1, pool_size, options) {}
};
class MaxPooling2D final : public Pooling {
public:
    explicit MaxPooling2D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(max_pool, 2, pool_size, options) {}
};
class MaxPooling3D final : public Pooling {
public:
    explicit MaxPooling3D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(max_pool, 3, pool_size, options) {}
};
class AveragePooling1D final : public Pooling {
public:
    explicit AveragePooling1D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(average_pool, 1, pool_size, options) {}
};
class AveragePooling2D final : public Pooling {
public:
    explicit AveragePooling2D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(average_pool, 2, pool_size, options) {}
};
class AveragePooling3D final : public Pooling {
public:
    explicit AveragePooling3D(const PerAxis& pool_size = 2, const PoolingOptions& options = {})
        : Pooling(average_pool, 3, pool_size, options) {}
};

struct GlobalPoolingOptions {
    bool keepdims = false;  ///< the axes stay, with size 1
    Shape input_shape = {};
    std::string name = {};
};

/// What the layers below are: one number of each channel.
class GlobalPooling : public Layer {
public:
    Tensor call(const Tensor& x, Mode mode) override;
    /// None: the steps are gone.
    Tensor compute_mask(const Tensor&, const Tensor&) override { return {}; }

protected:
    using Function = Tensor (*)(const Tensor& x, const Axes& axes, bool keepdims);
    GlobalPooling(Function function, int axes, const GlobalPoolingOptions& options);
    bool keepdims() const noexcept { return keepdims_; }

private:
    Function function_;
    int axes_;
    bool keepdims_;
};

class GlobalMaxPooling1D final : public GlobalPooling {
public:
    explicit GlobalMaxPooling1D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(max, 1, options) {}
};
class GlobalMaxPooling2D final : public GlobalPooling {
public:
    explicit GlobalMaxPooling2D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(max, 2, options) {}
};
class GlobalMaxPooling3D final : public GlobalPooling {
public:
    explicit GlobalMaxPooling3D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(max, 3, options) {}
};
/// Steps that a mask hides don't count.
class GlobalAveragePooling1D final : public GlobalPooling {
public:
    explicit GlobalAveragePooling1D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(mean, 1, options) {}
    Tensor call(const Tensor& x, Mode mode) override;
};
class GlobalAveragePooling2D final : public GlobalPooling {
public:
    explicit GlobalAveragePooling2D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(mean, 2, options) {}
};
class GlobalAveragePooling3D final : public GlobalPooling {
public:
    explicit GlobalAveragePooling3D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(mean, 3, options) {}
};

/// What the layers below are: as many windows along each axis as are wanted, whatever its size.
class AdaptivePooling : public Layer {
public:
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

protected:
    using Function = Tensor (*)(const Tensor& x, const PerAxis& places);
    /// Throws ValueError unless the sizes are positive.
    AdaptivePooling(Function function, int axes, const PerAxis& output_size,
                    const LayerOptions& options);

private:
    Function function_;
    int axes_;
    PerAxis size_;
};

class AdaptiveMaxPooling1D final : public AdaptivePooling {
public:
    explicit AdaptiveMaxPooling1D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_max_pool, 1, output_size, options) {}
};
class AdaptiveMaxPooling2D final : public AdaptivePooling {
public:
    explicit AdaptiveMaxPooling2D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_max_pool, 2, output_size, options) {}
};
class AdaptiveMaxPooling3D final : public AdaptivePooling {
public:
    explicit AdaptiveMaxPooling3D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_max_pool, 3, output_size, options) {}
};
class AdaptiveAveragePooling1D final : public AdaptivePooling {
public:
    explicit AdaptiveAveragePooling1D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_average_pool, 1, output_size, options) {}
};
class AdaptiveAveragePooling2D final : public AdaptivePooling {
public:
    explicit AdaptiveAveragePooling2D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_average_pool, 2, output_size, options) {}
};
class AdaptiveAveragePooling3D final : public AdaptivePooling {
public:
    explicit AdaptiveAveragePooling3D(const PerAxis& output_size, const LayerOptions& options = {})
        : AdaptivePooling(adaptive_average_pool, 3, output_size, options) {}
};

}  // namespace shikumi::nn
