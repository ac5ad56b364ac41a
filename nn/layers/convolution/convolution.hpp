// Convolutional layers. Data is (batch, axes…, channels).
#pragma once

#include <optional>
#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct ConvOptions {
    PerAxis strides = 1;
    Padding padding = Padding::valid;
    std::optional<PerAxis> output_padding = {};  ///< of transposed ones: see there
    PerAxis dilation_rate = 1;
    Index groups = 1;
    ActivationFunction activation = linear;
    bool use_bias = true;
    Initializer kernel_initializer = glorot_uniform();
    Initializer bias_initializer = zeros_init();
    Regularizer kernel_regularizer = {};
    Regularizer bias_regularizer = {};
    Regularizer activity_regularizer = {};  ///< of the output
    Constraint kernel_constraint = {};
    Constraint bias_constraint = {};
    Shape input_shape = {};
    std::string name = {};
    DType dtype = f32;
};

/// What Conv1D, Conv2D and Conv3D are: activation(x * kernel + bias). Weights: kernel (window…,
/// channels / groups, filters), then bias (filters).
class Convolution : public Layer {
public:
    /// Throws ShapeError, ValueError for an input that the window or the groups don't fit.
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

protected:
    /// Throws ValueError unless filters, kernel_size, strides, dilation and groups are positive and
    /// go together.
    Convolution(int axes, Index filters, const PerAxis& kernel_size, const ConvOptions& options);

private:
    int axes_;
    Index filters_;
    PerAxis size_;
    ConvOptions options_;
    Parameter kernel_, bias_;
};

/// (batch, steps, channels) becomes (batch, steps, filters). Its padding may be causal.
class Conv1D final : public Convolution {
public:
    Conv1D(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : Convolution(1, filters, kernel_size, options) {}
};

/// (batch, rows, columns, channels) becomes (batch, rows, columns, filters).
class Conv2D final : public Convolution {
public:
    Conv2D(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : Convolution(2, filters, kernel_size, options) {}
};

/// The same over three axes.
class Conv3D final : public Convolution {
public:
    Conv3D(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : Convolution(3, filters, kernel_size, options) {}
};

/// What Conv1DTranspose, Conv2DTranspose and Conv3DTranspose are: the adjoint of a convolution,
/// plus bias and activation; strides enlarge. With `output_padding` p an axis of n becomes (n − 1)
/// stride + window + p, less twice half the window where the padding is `same`. Weights: kernel
/// (window…, filters / groups, channels), then bias (filters).
class ConvolutionTranspose : public Layer {
public:
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

protected:
    /// Throws ValueError as convolutions do, for causal padding, and for an output_padding that is
    /// negative or reaches the stride.
    ConvolutionTranspose(int axes, Index filters, const PerAxis& kernel_size,
                         const ConvOptions& options);

private:
    std::optional<PerAxis> sizes(const Shape& input) const;

    int axes_;
    Index filters_;
    PerAxis size_;
    ConvOptions options_;
    Parameter kernel_, bias_;
};

class Conv1DTranspose final : public ConvolutionTranspose {
public:
    Conv1DTranspose(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : ConvolutionTranspose(1, filters, kernel_size, options) {}
};
class Conv2DTranspose final : public ConvolutionTranspose {
public:
    Conv2DTranspose(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : ConvolutionTranspose(2, filters, kernel_size, options) {}
};
class Conv3DTranspose final : public ConvolutionTranspose {
public:
    Conv3DTranspose(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {})
        : ConvolutionTranspose(3, filters, kernel_size, options) {}
};

struct DepthwiseConvOptions {
    PerAxis strides = 1;
    Padding padding = Padding::valid;
    Index depth_multiplier = 1;  ///< channels made of each one
    PerAxis dilation_rate = 1;
    ActivationFunction activation = linear;
    bool use_bias = true;
    Initializer depthwise_initializer = glorot_uniform();
    Initializer bias_initializer = zeros_init();
    Regularizer depthwise_regularizer = {};
    Regularizer bias_regularizer = {};
    Regularizer activity_regularizer = {};  ///< of the output
    Constraint depthwise_constraint = {};
    Constraint bias_constraint = {};
    Shape input_shape = {};
    std::string name = {};
    DType dtype = f32;
};

/// What DepthwiseConv1D and DepthwiseConv2D are. Each channel by itself: channel c becomes c·m, …,
/// c·m + m - 1. Weights: depthwise_kernel (window…, channels, m), then bias (channels · m).
class DepthwiseConvolution : public Layer {
public:
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

protected:
    /// Throws ValueError as convolutions do.
    DepthwiseConvolution(int axes, const PerAxis& kernel_size, const DepthwiseConvOptions& options);

private:
    int axes_;
    PerAxis size_;
    DepthwiseConvOptions options_;
    Parameter kernel_, bias_;
};

class DepthwiseConv1D final : public DepthwiseConvolution {
public:
    explicit DepthwiseConv1D(const PerAxis& kernel_size, const DepthwiseConvOptions& options = {})
        : DepthwiseConvolution(1, kernel_size, options) {}
};
class DepthwiseConv2D final : public DepthwiseConvolution {
public:
    explicit DepthwiseConv2D(const PerAxis& kernel_size, const DepthwiseConvOptions& options = {})
        : DepthwiseConvolution(2, kernel_size, options) {}
};

struct SeparableConvOptions {
    PerAxis strides = 1;
    Padding padding = Padding::valid;
    PerAxis dilation_rate = 1;
    Index depth_multiplier = 1;  ///< channels made of each one, between the two
    ActivationFunction activation = linear;
    bool use_bias = true;
    Initializer depthwise_initializer = glorot_uniform();
    Initializer pointwise_initializer = glorot_uniform();
    Initializer bias_initializer = zeros_init();
    Regularizer depthwise_regularizer = {};
    Regularizer pointwise_regularizer = {};
    Regularizer bias_regularizer = {};
    Regularizer activity_regularizer = {};  ///< of the output
    Constraint depthwise_constraint = {};
    Constraint pointwise_constraint = {};
    Constraint bias_constraint = {};
    Shape input_shape = {};
    std::string name = {};
    DType dtype = f32;
};

/// What SeparableConv1D and SeparableConv2D are: a depthwise convolution, then one of single
/// pixels. Weights: depthwise_kernel (window…, channels, m), pointwise_kernel (1…, channels · m,
/// filters), then bias (filters).
class SeparableConvolution : public Layer {
public:
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

protected:
    /// Throws ValueError as convolutions do.
    SeparableConvolution(int axes, Index filters, const PerAxis& kernel_size,
                         const SeparableConvOptions& options);

private:
    int axes_;
    Index filters_;
    PerAxis size_;
    SeparableConvOptions options_;
    Parameter depthwise_, pointwise_, bias_;
};

class SeparableConv1D final : public SeparableConvolution {
public:
    SeparableConv1D(Index filters, const PerAxis& kernel_size,
                    const SeparableConvOptions& options = {})
        : SeparableConvolution(1, filters, kernel_size, options) {}
};
class SeparableConv2D final : public SeparableConvolution {
public:
    SeparableConv2D(Index filters, const PerAxis& kernel_size,
                    const SeparableConvOptions& options = {})
        : SeparableConvolution(2, filters, kernel_size, options) {}
};

}  // namespace shikumi::nn
