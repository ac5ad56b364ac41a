// From a pending graph to a Plan.
#pragma once

#include <cstdint>
#include <vector>

#include <shikumi/autograd/evaluate/plan/classify.hpp>
#include <shikumi/autograd/evaluate/plan/find_arrays.hpp>
#include <shikumi/autograd/evaluate/plan/fuse.hpp>
#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/plan/schedule.hpp>

namespace shikumi::detail {

/// What is decided about a graph before a plan is written. Refers to the graph.
struct Outline {
    ClassifiedGraph nodes;
    FusionGroups fusion;
    Arrays arrays;
    Schedule schedule;
};

/// Which groups and calls compute a graph, in which order, and which values become arrays. Throws
/// StateError where a node has neither a value nor an operation.
Outline outline(const PendingGraph& graph);

/// The plan that does this.
Plan lower(const Outline& outline);

/// The plan for computing the graph's roots and assigned values, and all that is held. Its node
/// numbers are those of the graph without copies.
inline Plan make_plan(const PendingGraph& graph) { return lower(outline(graph)); }

}  // namespace shikumi::detail
