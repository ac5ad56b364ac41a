// Indices as vectors of zeros, ones and counts.
#pragma once

#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/preprocessing/detail/vocabulary.hpp>
#include <shikumi/nn/layers/preprocessing/output_mode.hpp>

namespace shikumi::nn::detail {

/// Indices from 0 to depth - 1 in a mode. `counts`, if it is defined, has the indices' shape: what
/// each of them counts. Vectors are of this dtype. For `tf_idf`, the caller multiplies the counts.
Tensor encode(const Tensor& indices, Index depth, OutputMode mode, DType dtype,
              const Tensor& counts = {});

/// Indices of a vocabulary in a mode; vectors of all indices but that of the mask, which must have
/// none then, or of max_tokens if `pad`. `weights` are those of the indices, for `tf_idf`.
template <class Token>
Tensor encode_vocabulary(const Vocabulary<Token>& vocabulary, const Tensor& indices,
                         std::vector<double> weights, OutputMode mode, bool pad, DType dtype) {
    const Index depth =
        pad && vocabulary.max_tokens() > 0 ? vocabulary.max_tokens() : vocabulary.size();
    const Tensor encoded = encode(indices, depth, mode, dtype);
    if (mode != OutputMode::tf_idf) return encoded;
    weights.resize(static_cast<std::size_t>(depth));
    return encoded * tensor(weights).cast(dtype);
}

}  // namespace shikumi::nn::detail
