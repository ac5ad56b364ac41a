// Targets of functions that are not the library's own: each belongs to one prediction.
#pragma once

#include <functional>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// Whether one shape is the other with a last axis of 1: (N,) and (N, 1).
bool differ_by_a_column(const Shape& a, const Shape& b);

/// The targets for a loss or a metric `f`. Where they are (N,) and the predictions (N, 1), or the
/// other way round, they are reshaped like the predictions, unless `f` brings the two together
/// itself. It does so where it takes as many targets as predictions, and no other number: otherwise
/// it would pair each target with every prediction.
Tensor paired_targets(const std::function<Tensor(const Tensor&, const Tensor&)>& f,
                      const Tensor& targets, const Tensor& predictions);

}  // namespace shikumi::nn::detail
