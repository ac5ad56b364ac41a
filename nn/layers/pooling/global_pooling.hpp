// GlobalMaxPooling1D, GlobalAveragePooling1D and their relatives with two and three axes.
#pragma once

#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What global pooling layers can be given.
struct GlobalPoolingOptions {
    bool keepdims = false;   ///< keep the axes that are pooled over, with size 1
    Shape input_shape = {};  ///< of one sample; known from the data where it is empty
    std::string name = {};   ///< numbered by class where it is empty
};

/// One number for each channel: (batch, axes…, channels) becomes (batch, channels), of the input's
/// dtype. There are no weights.
class GlobalPooling : public Layer {
public:
    /// Throws ShapeError unless x is (batch, axes…, channels).
    Tensor call(const Tensor& x, Mode mode) override;
    /// No mask: the steps are gone.
    Tensor compute_mask(const Tensor&, const Tensor&) override { return {}; }
    Config get_config() const override;

protected:
    /// The operation: `max` or `mean`.
    using Function = Tensor (*)(const Tensor& x, const Axes& axes, Boolean keepdims);
    /// Pools over the axes between batch and channels.
    GlobalPooling(Function function, int axes, const GlobalPoolingOptions& options);
    /// Whether the axes stay, with size 1.
    bool keepdims() const noexcept { return keepdims_; }

private:
    Function function_;
    int axes_;
    bool keepdims_;
};

/// The largest element of each channel: over sequences (batch, steps, channels).
class GlobalMaxPooling1D final : public GlobalPooling {
public:
    /// Takes the options of every global pooling.
    explicit GlobalMaxPooling1D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(max, 1, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GlobalMaxPooling1D from_config(ConfigReader& config);
};

/// The largest element of each channel: over pictures (batch, rows, columns, channels).
class GlobalMaxPooling2D final : public GlobalPooling {
public:
    /// Takes the options of every global pooling.
    explicit GlobalMaxPooling2D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(max, 2, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GlobalMaxPooling2D from_config(ConfigReader& config);
};

/// The largest element of each channel: over volumes (batch, planes, rows, columns, channels).
class GlobalMaxPooling3D final : public GlobalPooling {
public:
    /// Takes the options of every global pooling.
    explicit GlobalMaxPooling3D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(max, 3, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GlobalMaxPooling3D from_config(ConfigReader& config);
};

/// The mean of each channel: over sequences (batch, steps, channels). Steps that a mask hides
/// don't count; where it hides all, the mean is 0.
class GlobalAveragePooling1D final : public GlobalPooling {
public:
    /// Takes the options of every global pooling.
    explicit GlobalAveragePooling1D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(mean, 1, options) {}
    Tensor call(const Tensor& x, Mode mode) override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GlobalAveragePooling1D from_config(ConfigReader& config);
};

/// The mean of each channel: over pictures (batch, rows, columns, channels).
class GlobalAveragePooling2D final : public GlobalPooling {
public:
    /// Takes the options of every global pooling.
    explicit GlobalAveragePooling2D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(mean, 2, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GlobalAveragePooling2D from_config(ConfigReader& config);
};

/// The mean of each channel: over volumes (batch, planes, rows, columns, channels).
class GlobalAveragePooling3D final : public GlobalPooling {
public:
    /// Takes the options of every global pooling.
    explicit GlobalAveragePooling3D(const GlobalPoolingOptions& options = {})
        : GlobalPooling(mean, 3, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GlobalAveragePooling3D from_config(ConfigReader& config);
};

}  // namespace shikumi::nn
