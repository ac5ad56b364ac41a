// Targets and probabilities that keep away from 0 and 1.
#pragma once

#include <string_view>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// t(1 − a) + a/classes.
Tensor smoothed(const Tensor& targets, double a, Index classes);
/// Probabilities within [ε, 1 − ε], as Keras clips them before a logarithm.
Tensor clipped(const Tensor& probabilities);
/// Throws ValueError naming `loss` unless the share lies in [0, 1].
void check_smoothing(std::string_view loss, double share);

}  // namespace shikumi::nn::detail
