// Lengths of vectors, and vectors divided by them, without over- or underflow of squares.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi::detail {

/// The mean of x² over the axes, which stay with size 1.
Tensor mean_square(const Tensor& x, const Axes& axes);
/// √(mean of x² + epsilon) over the axes, which stay with size 1.
Tensor root_mean_square(const Tensor& x, const Axes& axes, double epsilon);
/// x divided by its Euclidean norm over the axes. A vector of length 0 stays 0, with the gradient
/// 0.
Tensor unit(const Tensor& x, const Axes& axes);

}  // namespace shikumi::detail
