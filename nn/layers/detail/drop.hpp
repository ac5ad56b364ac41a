// The arithmetic of dropout.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>

namespace shikumi::nn::detail {

/// Random factors of a shape: 0 with probability `rate`, else 1/(1 − rate).
Tensor drop_mask(const Shape& shape, double rate, Generator& rng, DType dtype);

/// x times random factors as above, of a shape `coins` that broadcasts to x.
Tensor drop(const Tensor& x, const Shape& coins, double rate, Generator& rng);

}  // namespace shikumi::nn::detail
