// scaled_dot_product_attention: attention as a function of tensors.
#pragma once

#include <optional>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// What `scaled_dot_product_attention` can be given.
struct AttentionOptions {
    Tensor mask = {};  ///< bool, broadcasts to (…, queries, keys): true where a key may be seen
    bool causal = false;               ///< let query i see keys 0 to i only
    std::optional<double> scale = {};  ///< factor of the scores; 1/√features where it is absent
};

/// softmax(scale q kᵀ) v for q (…, queries, features), k (…, keys, features), v (…, keys, outputs).
/// A query that may see no key at all gets zeros. A. Vaswani et al., NIPS 2017. Throws ShapeError
/// where the tensors or the mask don't fit, DTypeError for a mask that isn't bool.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options = {});

}  // namespace shikumi::nn
