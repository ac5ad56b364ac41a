// ConvolutionalLayer: the base of all convolutional layers.
#pragma once

#include <string>
#include <string_view>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// A layer that slides a window over data (batch, axes…, channels), and gives the output a bias, an
/// activation and a penalty. The layers with one to three axes are made of its children.
class ConvolutionalLayer : public Layer {
public:
    std::string label() const override;

protected:
    /// Takes the layer's own options; errors begin with `error_name`, a literal. Throws ValueError
    /// unless size, strides and dilation are positive, for strides together with dilation, and for
    /// causal padding over several axes; ShapeError for lists that are not for `axes` axes.
    template <class Options>
    ConvolutionalLayer(std::string_view error_name, int axes, const PerAxis& kernel_size,
                       const Options& options)
        : Layer({.name = options.name, .dtype = options.dtype, .input_shape = options.input_shape}),
          error_name_(error_name),
          axes_(axes),
          size_(kernel_size),
          strides_(options.strides),
          dilation_(options.dilation_rate),
          padding_(options.padding),
          activation_(options.activation),
          activity_regularizer_(options.activity_regularizer) {
        check_window();
    }

    /// How many axes the window has.
    int axes() const noexcept { return axes_; }
    /// The window's size.
    const PerAxis& size() const noexcept { return size_; }
    /// Throws ValueError unless `number`, which is called `what`, is positive.
    void check_positive(std::string_view what, Index number) const;
    /// Throws ValueError unless both numbers are positive and the groups divide the filters.
    void check_groups(Index filters, Index groups) const;
    /// Throws ShapeError unless x is (batch, axes…, channels) with channels that the groups divide.
    void check_channels(const Shape& x, Index groups) const;
    /// Throws ShapeError unless x is (batch, axes…, channels).
    void check_axes(const Shape& x) const;
    /// Throws ShapeError unless the window fits into x.
    void check_fit(const Shape& x) const;

    /// The shape (size…, in, out) of a kernel.
    Shape kernel_shape(const PerAxis& size, Index in, Index out) const;
    /// Makes the bias if the layer's options ask for it.
    template <class Options>
    void add_bias(Index filters, const Options& options) {
        if (!options.use_bias) return;
        bias_ = add_weight(
            "bias", {filters}, options.bias_initializer,
            {.regularizer = options.bias_regularizer, .constraint = options.bias_constraint});
    }
    /// Strides, dilation, padding and groups, as operations take them.
    ConvolutionOptions window(Index groups) const;
    /// Adds the bias, applies the activation, and adds the output's penalty to the loss.
    Tensor finish(const Tensor& x);
    /// The channels as errors show them: "3→32", or "32" before there are weights.
    virtual std::string channels() const = 0;

private:
    void check_window() const;

    std::string_view error_name_;
    int axes_;
    PerAxis size_, strides_, dilation_;
    Padding padding_;
    ActivationFunction activation_;
    Regularizer activity_regularizer_;
    Parameter bias_;
};

}  // namespace shikumi::nn
