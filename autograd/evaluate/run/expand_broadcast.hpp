// Broadcasting of one operand of a fused group, block by block.
#pragma once

#include <cstddef>

#include <shikumi/autograd/evaluate/plan/plan.hpp>

namespace shikumi::detail {

/// Writes elements [start, start + count) of the broadcast array, in row-major order, to `out`.
/// `source` is the array before it is broadcast.
void expand_broadcast(const Broadcast& broadcast, const void* source, Index start, Index count,
                      std::byte* out);

}  // namespace shikumi::detail
