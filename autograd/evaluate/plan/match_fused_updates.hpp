// The optimisers' updates, which have loops of their own.
#pragma once

#include <span>

#include <shikumi/autograd/evaluate/plan/plan.hpp>

namespace shikumi::detail {

/// Puts one instruction in the place of those that a fused pattern does in one loop, where nobody
/// else reads what they compute on the way. `dtypes` are those of the instructions' results.
void match_fused_updates(Plan& plan, FusionGroup& group, std::span<const DType> dtypes);

}  // namespace shikumi::detail
