// DepthwiseConv1D and DepthwiseConv2D.
#pragma once

#include <string>

#include <shikumi/nn/layers/convolution/convolutional_layer.hpp>

namespace shikumi::nn {

/// What depthwise convolutions can be given. Defaults are Keras's.
struct DepthwiseConvOptions {
    PerAxis strides = 1;                                   ///< steps of the window
    Padding padding = Padding::valid;                      ///< zeros around the input
    Index depth_multiplier = 1;                            ///< channels made of each channel
    PerAxis dilation_rate = 1;                             ///< distance of the window's elements
    ActivationFunction activation = linear;                ///< applied to the output
    bool use_bias = true;                                  ///< have a bias
    Initializer depthwise_initializer = glorot_uniform();  ///< of the kernel
    Initializer bias_initializer = zeros_init();           ///< of the bias
    Regularizer depthwise_regularizer = {};                ///< penalty on the kernel
    Regularizer bias_regularizer = {};                     ///< penalty on the bias
    Regularizer activity_regularizer = {};                 ///< penalty on the output, a sample
    Constraint depthwise_constraint = {};                  ///< of the kernel
    Constraint bias_constraint = {};                       ///< of the bias
    Shape input_shape = {};  ///< of one sample; known from the data where it is empty
    std::string name = {};   ///< numbered by class where it is empty
    DType dtype = f32;       ///< of the weights and the input: f32 or f64
};

/// A convolution of each channel by itself: (batch, axes…, channels) becomes (batch, places…,
/// channels · m), where channel c makes the channels c·m to c·m + m − 1. Weights: kernel
/// (window…, channels, m), then bias (channels · m).
class DepthwiseConvolution : public ConvolutionalLayer {
public:
    /// Makes the weights. Throws ShapeError for an input that the window doesn't fit.
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;

protected:
    /// Throws ValueError unless kernel_size, strides, dilation and depth_multiplier are positive
    /// and go together.
    DepthwiseConvolution(int axes, const PerAxis& kernel_size, const DepthwiseConvOptions& options);

private:
    std::string channels() const override;

    DepthwiseConvOptions options_;
    Parameter kernel_;
};

/// A depthwise convolution over time: (batch, steps, channels) becomes (batch, steps, channels ·
/// m).
class DepthwiseConv1D final : public DepthwiseConvolution {
public:
    /// Throws as DepthwiseConvolution does.
    explicit DepthwiseConv1D(const PerAxis& kernel_size, const DepthwiseConvOptions& options = {})
        : DepthwiseConvolution(1, kernel_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static DepthwiseConv1D from_config(ConfigReader& config);
};

/// A depthwise convolution over pictures: (batch, rows, columns, channels) becomes (batch, rows,
/// columns, channels · m).
class DepthwiseConv2D final : public DepthwiseConvolution {
public:
    /// Throws as DepthwiseConvolution does.
    explicit DepthwiseConv2D(const PerAxis& kernel_size, const DepthwiseConvOptions& options = {})
        : DepthwiseConvolution(2, kernel_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static DepthwiseConv2D from_config(ConfigReader& config);
};

}  // namespace shikumi::nn
