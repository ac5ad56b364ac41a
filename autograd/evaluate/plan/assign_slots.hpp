// Slots: numbers for the addresses that an evaluation reads and writes.
#pragma once

#include <vector>

#include <shikumi/autograd/evaluate/plan/classify.hpp>
#include <shikumi/autograd/evaluate/plan/find_arrays.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>

namespace shikumi::detail {

/// The slot of each node's value, by position; `no_slot` for what is no array. Tells the plan which
/// slots are known values and output buffers, which begin inside another one, and what leaves the
/// evaluation.
std::vector<SlotIndex> assign_slots(const ClassifiedGraph& nodes, const Arrays& arrays, Plan& plan);

}  // namespace shikumi::detail
