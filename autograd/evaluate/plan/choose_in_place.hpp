// Which parameters' next values are written over the old ones.
#pragma once

#include <cstdint>

#include <shikumi/autograd/evaluate/plan/classify.hpp>
#include <shikumi/autograd/evaluate/plan/find_arrays.hpp>
#include <shikumi/autograd/evaluate/plan/fuse.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/plan/schedule.hpp>

namespace shikumi::detail {

/// Tells the plan which output buffers may be the old values of assigned parameters: where all else
/// reads the old value before, and no step that may throw comes later. Whether somebody else holds
/// the old value is known when the plan is bound.
void choose_in_place(const ClassifiedGraph& nodes, const FusionGroups& fusion, const Arrays& arrays,
                     const Schedule& schedule, Plan& plan);

}  // namespace shikumi::detail
