// Levels: which steps of a plan may run in any order.
#pragma once

#include <cstdint>
#include <vector>

#include <shikumi/autograd/evaluate/plan/classify.hpp>

namespace shikumi::detail {

/// The level of each computed node, by position; 0 for known values. A node reads lower levels, and
/// its own level only where one group can compute both. Levels are as low as possible, except that
/// what depends on known values alone is computed just before it is read, and so are copies.
std::vector<std::uint32_t> assign_levels(const ClassifiedGraph& nodes);

}  // namespace shikumi::detail
