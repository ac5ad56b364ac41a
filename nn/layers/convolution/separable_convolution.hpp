// SeparableConv1D and SeparableConv2D.
#pragma once

#include <string>

#include <shikumi/nn/layers/convolution/convolutional_layer.hpp>

namespace shikumi::nn {

/// What separable convolutions can be given. Defaults are Keras's.
struct SeparableConvOptions {
    PerAxis strides = 1;               ///< steps of the window
    Padding padding = Padding::valid;  ///< zeros around the input
    PerAxis dilation_rate = 1;         ///< distance of the window's elements
    Index depth_multiplier = 1;        ///< channels that the first convolution makes of each one
    ActivationFunction activation = linear;                ///< applied to the output
    bool use_bias = true;                                  ///< have a bias
    Initializer depthwise_initializer = glorot_uniform();  ///< of the first kernel
    Initializer pointwise_initializer = glorot_uniform();  ///< of the second kernel
    Initializer bias_initializer = zeros_init();           ///< of the bias
    Regularizer depthwise_regularizer = {};                ///< penalty on the first kernel
    Regularizer pointwise_regularizer = {};                ///< penalty on the second kernel
    Regularizer bias_regularizer = {};                     ///< penalty on the bias
    Regularizer activity_regularizer = {};                 ///< penalty on the output, a sample
    Constraint depthwise_constraint = {};                  ///< of the first kernel
    Constraint pointwise_constraint = {};                  ///< of the second kernel
    Constraint bias_constraint = {};                       ///< of the bias
    Shape input_shape = {};  ///< of one sample; known from the data where it is empty
    std::string name = {};   ///< numbered by class where it is empty
    DType dtype = f32;       ///< of the weights and the input: f32 or f64
};

/// A depthwise convolution, then one whose window is a single place: (batch, axes…, channels)
/// becomes (batch, places…, filters). Weights: depthwise_kernel (window…, channels, m),
/// pointwise_kernel (1…, channels · m, filters), then bias (filters).
class SeparableConvolution : public ConvolutionalLayer {
public:
    /// Makes the weights. Throws ShapeError for an input that the window doesn't fit.
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;

protected:
    /// Throws ValueError unless filters, kernel_size, strides, dilation and depth_multiplier are
    /// positive and go together.
    SeparableConvolution(int axes, Index filters, const PerAxis& kernel_size,
                         const SeparableConvOptions& options);

private:
    std::string channels() const override;

    Index filters_;
    SeparableConvOptions options_;
    Parameter depthwise_, pointwise_;
};

/// A separable convolution over time: (batch, steps, channels) becomes (batch, steps, filters).
class SeparableConv1D final : public SeparableConvolution {
public:
    /// Throws as SeparableConvolution does.
    SeparableConv1D(Index filters, const PerAxis& kernel_size,
                    const SeparableConvOptions& options = {})
        : SeparableConvolution(1, filters, kernel_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static SeparableConv1D from_config(ConfigReader& config);
};

/// A separable convolution over pictures: (batch, rows, columns, channels) becomes (batch, rows,
/// columns, filters).
class SeparableConv2D final : public SeparableConvolution {
public:
    /// Throws as SeparableConvolution does.
    SeparableConv2D(Index filters, const PerAxis& kernel_size,
                    const SeparableConvOptions& options = {})
        : SeparableConvolution(2, filters, kernel_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static SeparableConv2D from_config(ConfigReader& config);
};

}  // namespace shikumi::nn
