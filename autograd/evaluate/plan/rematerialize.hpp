// Rematerialisation: plans that keep less and compute some values twice.
#pragma once

#include <cstddef>

#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>

namespace shikumi::detail {

/// A plan for this graph whose workspace takes at most `budget` bytes; the plan without copies
/// where that does. Throws ValueError where no plan was found that fits, with the smallest
/// workspace that was.
Plan plan_within(std::size_t budget, const PendingGraph& graph);

}  // namespace shikumi::detail
