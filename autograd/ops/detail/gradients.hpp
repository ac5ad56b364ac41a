// Operations that only derivatives need.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::detail {

/// Derivatives of activations times a cotangent g, from the activation's value y. Every backward
/// pass has them, so each is one operation rather than a composition.
Tensor sigmoid_gradient(const Tensor& y, const Tensor& g);  ///< g y (1 - y)
Tensor tanh_gradient(const Tensor& y, const Tensor& g);     ///< g (1 - y²)
Tensor relu_gradient(const Tensor& y, const Tensor& g);     ///< g where y > 0, else 0

/// The adjoint of `broadcast_to`: x summed over the axes along which broadcasting would repeat an
/// array of `shape` to x's shape. Throws ShapeError where it does not broadcast.
Tensor sum_to(const Tensor& x, const Shape& shape);

}  // namespace shikumi::detail
