// Weights beside the values that they weigh.
#pragma once

#include <string_view>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// x with axes of 1 at the end, up to this rank.
Tensor with_rank(const Tensor& x, int rank);
/// The weights in the rank and dtype of values that they weigh, where each axis is that of the
/// values or 1. Weights (N,) are none of the steps of sequences, (N, T): that would be the last
/// axis in NumPy. Throws ShapeError naming `who` where they don't fit.
Tensor fitted_weights(std::string_view who, const Tensor& weights, const Spec& values);

}  // namespace shikumi::nn::detail
