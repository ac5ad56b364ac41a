// Operations that only derivatives need.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::detail {

/// Derivatives of activations times a cotangent g. Every backward pass has them, so each is one
/// operation rather than a composition.
Tensor sigmoid_gradient(const Tensor& x, const Tensor& g);  ///< g σ(x) (1 - σ(x))
Tensor tanh_gradient(const Tensor& x, const Tensor& g);     ///< g (1 - tanh² x)
Tensor relu_gradient(const Tensor& y, const Tensor& g);     ///< g where y > 0, else 0

/// x w, and 0 where w is 0: what a weight of 0 leaves out may be infinite or NaN.
Tensor multiply_no_nan(const Tensor& x, const Tensor& w);

/// Adds a term to a sum. Either is undefined where it is 0.
void add_to(Tensor& sum, const Tensor& term);

/// The adjoint of `broadcast_to`: x summed over the axes along which broadcasting would repeat an
/// array of `shape` to x's shape. Throws ShapeError where it does not broadcast.
Tensor sum_to(const Tensor& x, const Shape& shape);

}  // namespace shikumi::detail
