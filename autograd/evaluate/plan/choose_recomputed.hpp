// Values that groups compute again instead of reading arrays.
#pragma once

#include <shikumi/autograd/evaluate/plan/classify.hpp>
#include <shikumi/autograd/evaluate/plan/find_arrays.hpp>
#include <shikumi/autograd/evaluate/plan/fuse.hpp>

namespace shikumi::detail {

/// Makes recomputable values (detail::Recomputable) of 64 KiB or more members of all groups that
/// read them, where that moves fewer bytes than an array. They are stored no longer; what a group
/// needs no longer leaves it. Does nothing where all arrays together fit into the cache.
void choose_recomputed(const ClassifiedGraph& nodes, FusionGroups& fusion, Arrays& arrays);

}  // namespace shikumi::detail
