// A rule that a user has stated for one example, for a batch of them.
#pragma once

#include <functional>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::detail {

/// What `rule` gives for all examples, when it takes these lists of tensors of one example: each
/// defined tensor has the axis of the examples in front. Undefined ones stay undefined.
std::vector<Tensor> batched_rule(
    const std::vector<std::vector<Tensor>>& lists,
    const std::function<std::vector<Tensor>(const std::vector<std::vector<Tensor>>&)>& rule);

}  // namespace shikumi::detail
