// The arithmetic of normalising layers.
#pragma once

#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/lengths.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

/// deviation/spread, times gamma, plus beta, where they are defined. A quotient, since 1/spread of
/// the largest numbers is denormal.
inline Tensor standardize(const Tensor& deviation, const Tensor& spread, const Tensor& gamma,
                          const Tensor& beta) {
    Tensor y = deviation / spread;
    if (gamma.defined()) y = y * gamma;
    return beta.defined() ? y + beta : y;
}

/// The shape of a weight that belongs to some axes of an input, and the one that lines it up with
/// the input.
struct Along {
    Shape weight, stretched;
};

/// Throws ShapeError for axes that the input doesn't have, and for the batch.
inline Along along(std::string_view layer, const Axes& axes, const Shape& input) {
    const auto set = shikumi::detail::axis_set(layer, axes, input.rank());
    if (shikumi::detail::holds(set, 0))
        fail<ShapeError>(layer, "axis 0 of ", input, " is the batch, which isn't normalised");
    Shape::Sizes weight, stretched;
    for (int i = 0; i < input.rank(); ++i) {
        const bool inside = shikumi::detail::holds(set, i);
        if (inside) weight.push_back(input[i]);
        stretched.push_back(inside ? input[i] : 1);
    }
    return {Shape(weight), Shape(stretched)};
}

/// Throws ShapeError where the axes of `x` don't have the sizes that the weights were made for.
inline void check_along(std::string_view layer, const Axes& axes, const Shape& stretched,
                        const Shape& x) {
    if (x.rank() != stretched.rank() || along(layer, axes, x).stretched != stretched)
        fail<ShapeError>(layer, "got ", x, ", its weights are made for ", stretched,
                         ", where 1 stands for any size");
}

/// A weight under another shape; undefined where it is.
inline Tensor shaped(const Parameter& weight, const Shape& shape) {
    if (!weight.defined()) return {};
    return weight.shape() == shape ? weight.value() : reshape(weight, shape);
}

}  // namespace shikumi::nn::detail
