// What optimisers' averages over steps are made of.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::detail {

/// a + (b - a) t: the next value of an average a that takes b with weight t. Cheaper than `lerp`,
/// and unlike it neither exact for a t of 1 nor right where b - a overflows.
Tensor moving_average(const Tensor& a, const Tensor& b, const Tensor& t);
/// The same for a constant t.
Tensor moving_average(const Tensor& a, const Tensor& b, double t);

}  // namespace shikumi::detail
