// AffineNormalization: the base of normalising layers that learn gamma and beta.
#pragma once

#include <string_view>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// A layer that makes γ d/√(σ² + ε) + β of deviations d from a mean, and of variances σ². Weights:
/// gamma, then beta, of the sizes of some axes of the input.
class AffineNormalization : public Layer {
public:
    bool supports_masking() const override { return true; }

protected:
    /// Takes the layer's own options; errors begin with `error_name`, a literal. Throws ValueError
    /// unless epsilon is positive.
    template <class Options>
    AffineNormalization(std::string_view error_name, const Options& options)
        : Layer({.name = options.name, .dtype = options.dtype}),
          error_name_(error_name),
          axes_(options.axis),
          epsilon_(options.epsilon) {
        check_epsilon();
    }

    /// The weights' shape for an input. Throws ShapeError for axes that it hasn't got, and for the
    /// batch.
    Shape weight_shape(const Shape& input);
    /// Makes gamma and beta as far as the options ask for them.
    template <class Options>
    void add_gamma_and_beta(const Shape& shape, const Options& options) {
        if (options.scale)
            gamma_ = add_weight(
                "gamma", shape, options.gamma_initializer,
                {.regularizer = options.gamma_regularizer, .constraint = options.gamma_constraint});
        if (options.center)
            beta_ = add_weight(
                "beta", shape, options.beta_initializer,
                {.regularizer = options.beta_regularizer, .constraint = options.beta_constraint});
    }

    /// Throws ShapeError where the axes of x don't have the sizes that the weights were made for.
    void check_sizes(const Shape& x) const;
    /// The weights' shape beside the input: 1 for all other axes.
    const Shape& stretched() const noexcept { return stretched_; }
    /// γ d/s + β for a deviation d and its spread s = √(σ² + ε), where gamma and beta get the shape
    /// `beside`.
    Tensor scaled(const Tensor& deviation, const Tensor& spread, const Shape& beside) const;
    /// The same for the deviations of x from its mean over some axes.
    Tensor normalized(const Tensor& x, const Axes& axes, const Shape& beside) const;

private:
    void check_epsilon() const;

    std::string_view error_name_;
    Axes axes_;
    double epsilon_;
    Shape stretched_;
    Parameter gamma_, beta_;
};

}  // namespace shikumi::nn
