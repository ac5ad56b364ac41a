// Scores of keys, and the shares that a softmax makes of them.
#pragma once

#include <string_view>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// True where both masks are; an undefined one counts as true everywhere.
Tensor both(const Tensor& a, const Tensor& b);

/// (queries, keys): true where the key doesn't come after the query.
Tensor causal_mask(Index queries, Index keys);

/// x with its last two axes in the other order.
Tensor with_last_two_swapped(const Tensor& x);

/// scale q kᵀ: (…, queries, features) and (…, keys, features) become (…, queries, keys).
Tensor scores_of(const Tensor& query, const Tensor& key, double scale);

/// Softmax over the last axis of the scores that the mask lets through; zeros where it lets nothing
/// through.
Tensor shares(const Tensor& scores, const Tensor& mask);

/// The tensors that an attention layer is called with.
struct AttentionInputs {
    Tensor query, value, key;
    Tensor mask;  ///< of the scores; undefined: none
};

/// Takes a query, a value, a key and a bool mask as far as they are given, and joins the masks.
/// Throws ShapeError that begins with `layer` where they don't fit.
AttentionInputs inputs_of(std::string_view layer, std::vector<Tensor> given, bool causal);

}  // namespace shikumi::nn::detail
