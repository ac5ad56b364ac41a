// Masks beside the tensors that they belong to.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// A mask of the first axes of a tensor of this rank, under a shape that broadcasts to it.
Tensor beside(const Tensor& mask, int rank);
/// x where its mask is true, and `hidden` elsewhere.
Tensor shown(const Tensor& mask, const Tensor& x, double hidden = 0);
/// (batch, time): true for the steps that hold anything that a mask (batch, time, …) shows.
Tensor step_mask(const Tensor& mask);

}  // namespace shikumi::nn::detail
