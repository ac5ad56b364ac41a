// Targets of functions that are not the library's own: each belongs to one prediction.
#pragma once

#include <functional>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// Whether one shape is the other with a last axis of 1: (N,) and (N, 1).
bool differ_by_a_column(const Shape& a, const Shape& b);

/// The targets for a loss or a metric `f` of a single output. It pairs targets (N,) or (N, 1) with
/// predictions where it takes as many of both, and no other number. If it does so with the targets
/// in the other of these two shapes only, they get that one: else it would pair each target with
/// every prediction.
Tensor paired_targets(const std::function<Tensor(const Tensor&, const Tensor&)>& f,
                      const Tensor& targets, const Tensor& predictions);

}  // namespace shikumi::nn::detail
