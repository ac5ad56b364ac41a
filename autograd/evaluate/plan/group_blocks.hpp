// How a fusion group's blocks look, and where its scratch values lie.
#pragma once

#include <shikumi/autograd/evaluate/plan/plan.hpp>

namespace shikumi::detail {

/// Chooses how many elements a block of the group has, how many of them one thread takes at a time,
/// and the bytes of a block of scratch memory. Says which broadcast values are the same in every
/// block.
void shape_blocks(Plan& plan, FusionGroup& group);

/// Numbers the group's blocks of scratch memory. Broadcast values and reductions' states keep
/// theirs; other values take turns.
void place_scratch(Plan& plan, FusionGroup& group);

/// Where the totals of a group's reductions lie: behind what one thread needs.
void place_totals(Plan& plan, const FusionGroup& group);

}  // namespace shikumi::detail
