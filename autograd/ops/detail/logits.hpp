// Logits behind probabilities, so that losses of probabilities can be computed from logits.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::detail {

/// x where `probabilities` is `softmax(x)` over its last axis; else undefined.
Tensor logits_of_softmax(const Tensor& probabilities);
/// x where `probabilities` is `sigmoid(x)`; else undefined.
Tensor logits_of_sigmoid(const Tensor& probabilities);

}  // namespace shikumi::detail
