// Exponentials of squares, which functions of the normal distribution have in common.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::detail {

/// exp(-x²).
Tensor gaussian(const Tensor& x);
/// The density of the normal distribution, φ(x) = exp(-x²/2) / √(2π).
Tensor normal_density(const Tensor& x);

}  // namespace shikumi::detail
