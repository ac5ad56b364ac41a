// Working out shapes by recording a call on a tensor that is never evaluated.
#pragma once

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn::detail {

// Stands for the batch: not 1, which would broadcast.
inline constexpr Index some_batch = 3;

// A leaf to record with: broadcast from one number.
inline Tensor placeholder(const Spec& spec) { return zeros(spec.shape, spec.dtype); }

inline void check_batch(const Layer& layer, const Shape& in, const Shape& out) {
    if (out.empty() || out.front() != in.front())
        fail<ShapeError>(layer.name(), "turned a batch of ", in.front(), " samples ", in, " into ",
                         out, ": the first axis must stay the batch");
}

}  // namespace shikumi::nn::detail
