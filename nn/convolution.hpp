// Convolutional layers. Data is (batch, axes…, channels).
#pragma once

#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/activations.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct ConvOptions {
    PerAxis strides = 1;
    Padding padding = Padding::valid;
    PerAxis dilation_rate = 1;
    Index groups = 1;
    ActivationFunction activation = linear;
    bool use_bias = true;
    Initializer kernel_initializer = glorot_uniform();
    Initializer bias_initializer = zeros_init();
    Regularizer kernel_regularizer = {};
    Regularizer bias_regularizer = {};
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

/// The adjoint of a Conv2D, plus bias and activation: strides enlarge. Weights: kernel (window…,
/// filters / groups, channels), then bias (filters).
class Conv2DTranspose final : public Layer {
public:
    /// Throws ValueError as Conv2D does, and for causal padding.
    Conv2DTranspose(Index filters, const PerAxis& kernel_size, const ConvOptions& options = {});
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    Index filters_;
    PerAxis size_;
    ConvOptions options_;
    Parameter kernel_, bias_;
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
    Constraint depthwise_constraint = {};
    Constraint bias_constraint = {};
    Shape input_shape = {};
    std::string name = {};
    DType dtype = f32;
};

/// Each channel by itself: channel c becomes c·m, …, c·m + m - 1. Weights: depthwise_kernel
/// (window…, channels, m), then bias (channels · m).
class DepthwiseConv2D final : public Layer {
public:
    /// Throws ValueError as Conv2D does.
    explicit DepthwiseConv2D(const PerAxis& kernel_size, const DepthwiseConvOptions& options = {});
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    PerAxis size_;
    DepthwiseConvOptions options_;
    Parameter kernel_, bias_;
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
    Constraint depthwise_constraint = {};
    Constraint pointwise_constraint = {};
    Constraint bias_constraint = {};
    Shape input_shape = {};
    std::string name = {};
    DType dtype = f32;
};

/// A depthwise convolution, then one of single pixels. Weights: depthwise_kernel (window…,
/// channels, m), pointwise_kernel (1, 1, channels · m, filters), then bias (filters).
class SeparableConv2D final : public Layer {
public:
    /// Throws ValueError as Conv2D does.
    SeparableConv2D(Index filters, const PerAxis& kernel_size,
                    const SeparableConvOptions& options = {});
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    Index filters_;
    PerAxis size_;
    SeparableConvOptions options_;
    Parameter depthwise_, pointwise_, bias_;
};

}  // namespace shikumi::nn
