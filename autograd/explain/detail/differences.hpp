// Derivatives of an expression by any tensor in its midst, by differences.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::detail {

/// The central differences (y(x + h) - y(x - h)) / 2h of the scalar y by each element of `x`, a
/// tensor that y is computed from: f64, in the shape of x. What depends on x is computed again in
/// f64. Differences that are smaller than what rounding leaves of them are 0.
Tensor differences(const Tensor& y, const Tensor& x);

}  // namespace shikumi::detail
