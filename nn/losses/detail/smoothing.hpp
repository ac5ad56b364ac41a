// Label smoothing.
#pragma once

#include <string_view>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// t(1 − a) + a/classes.
Tensor smoothed(const Tensor& targets, double a, Index classes);
/// Throws ValueError naming `loss` unless the share lies in [0, 1].
void check_smoothing(std::string_view loss, double share);

}  // namespace shikumi::nn::detail
