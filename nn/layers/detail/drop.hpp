// The arithmetic of dropout.
#pragma once

#include <string_view>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>

namespace shikumi::nn::detail {

/// Throws ValueError unless the rate, called `what`, lies in [0, 1].
void check_drop_rate(std::string_view layer, std::string_view what, double rate);

/// Random factors of a shape: 0 with probability `rate`, else 1/(1 − rate).
Tensor drop_mask(const Shape& shape, double rate, Generator& rng, DType dtype);

/// x times random factors as above, of a shape `coins` that broadcasts to x.
Tensor drop(const Tensor& x, const Shape& coins, double rate, Generator& rng);

}  // namespace shikumi::nn::detail
