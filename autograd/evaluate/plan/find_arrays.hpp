// Which values of a graph become arrays in memory.
#pragma once

#include <vector>

#include <shikumi/autograd/evaluate/plan/classify.hpp>
#include <shikumi/autograd/evaluate/plan/fuse.hpp>

namespace shikumi::detail {

/// By position; false where another node's array holds the value.
struct Arrays {
    std::vector<bool> stored;         // the plan writes an array
    std::vector<bool> outlives;       // the array, or a view of it, is an output of the evaluation
    std::vector<bool> seen_by_view;   // a view of it is one
    std::vector<bool> read_in_parts;  // a view shows only a part of the array
};

/// Stored is what calls and reductions compute, what leaves the evaluation, and what another step
/// reads than the one that computes it.
Arrays find_arrays(const ClassifiedGraph& nodes, const FusionGroups& fusion);

}  // namespace shikumi::detail
