// Conv1D, Conv2D and Conv3D.
#pragma once

#include <optional>
#include <string>

#include <shikumi/nn/layers/convolution/convolutional_layer.hpp>

namespace shikumi::nn {

/// What convolutions and transposed convolutions can be given. Defaults are Keras's.
struct ConvOptions {
    PerAxis strides = 1;                     ///< steps of the window
    Padding padding = Padding::valid;        ///< zeros around the input
    PerAxis output_padding = {};             ///< for transposed convolutions: see there
    PerAxis dilation_rate = 1;               ///< distance of the window's elements
    Index groups = 1;                        ///< parts of the channels that don't see each other
    ActivationFunction activation = linear;  ///< applied to the output
    bool use_bias = true;                    ///< have a bias
    Initializer kernel_initializer = glorot_uniform();  ///< of the kernel
    Initializer bias_initializer = zeros_init();        ///< of the bias
    Regularizer kernel_regularizer = {};                ///< penalty on the kernel
    Regularizer bias_regularizer = {};                  ///< penalty on the bias
    Regularizer activity_regularizer = {};              ///< penalty on the output, a sample
    Constraint kernel_constraint = {};                  ///< of the kernel
    Constraint bias_constraint = {};                    ///< of the bias
    Shape input_shape = {};  ///< of one sample; known from the data where it is empty
    std::string name = {};   ///< numbered by class, such as "conv2d_1", where it is empty
    DType dtype = f32;       ///< of the weights and the input: f32 or f64
};

/// activation(x * kernel + bias), where * slides the kernel over x without flipping it. (batch,
/// axes…, channels) becomes (batch, places…, filters). Weights: kernel (window…, channels / groups,
/// filters), then bias (filters).
class Convolution : public ConvolutionalLayer {
public:
    /// Makes the weights. Throws ShapeError for an input that the window or the groups don't fit.
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;

protected:
    /// Throws ValueError unless filters, kernel_size, strides, dilation and groups are positive and
    /// go together.
    Convolution(int axes, Index filters, const PerAxis& kernel_size, const ConvOptions& options);

private:
    std::string channels() const override;

    Index filters_;
    ConvOptions options_;
    Parameter kernel_;
};

/// A convolution over time: (batch, steps, channels) becomes (batch, steps, filters). Its padding
/// may be causal.
class Conv1D final : public Convolution {
public:
    /// Throws as Convolution does.
    Conv1D(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : Convolution(1, filters, kernel_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Conv1D from_config(ConfigReader& config);
};

/// A convolution over pictures: (batch, rows, columns, channels) becomes (batch, rows, columns,
/// filters).
class Conv2D final : public Convolution {
public:
    /// Throws as Convolution does.
    Conv2D(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : Convolution(2, filters, kernel_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Conv2D from_config(ConfigReader& config);
};

/// A convolution over volumes: (batch, planes, rows, columns, channels) becomes (batch, planes,
/// rows, columns, filters).
class Conv3D final : public Convolution {
public:
    /// Throws as Convolution does.
    Conv3D(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : Convolution(3, filters, kernel_size, options) {}
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Conv3D from_config(ConfigReader& config);
};

}  // namespace shikumi::nn
