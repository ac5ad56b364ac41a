// Losses and metrics of the steps of a sequence, where their functions know samples only.
#pragma once

#include <functional>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// The values that `f` gives for targets and predictions (N, …). Where they have fewer axes than
/// `axes`, which a mask or weights speak of, `f` is asked for each step of the sequences instead,
/// as if it were a sample; where there are no such steps, the values get axes of 1 at the end.
/// Throws ShapeError naming `name` unless there is one value for each sample or step.
Tensor values_by_step(std::string_view name,
                      const std::function<Tensor(const Tensor& t, const Tensor& p)>& f,
                      const Tensor& targets, const Tensor& predictions, int axes);

}  // namespace shikumi::nn::detail
