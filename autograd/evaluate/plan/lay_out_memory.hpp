// Where a plan's arrays lie in the workspace.
#pragma once

#include <cstddef>
#include <span>

#include <shikumi/autograd/evaluate/plan/classify.hpp>
#include <shikumi/autograd/evaluate/plan/find_arrays.hpp>
#include <shikumi/autograd/evaluate/plan/fuse.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/plan/schedule.hpp>
#include <shikumi/autograd/memory/buffer.hpp>

namespace shikumi::detail {

constexpr std::size_t aligned(std::size_t bytes) {
    return (bytes + Buffer::alignment - 1) / Buffer::alignment * Buffer::alignment;
}

/// Gives every array that doesn't outlive the evaluation a place in the plan's workspace, first fit
/// over the arrays' lifetimes. A group's value is written over an array of its size that ends with
/// the group, from that array's last reader on.
void lay_out_memory(const ClassifiedGraph& nodes, const FusionGroups& fusion, const Arrays& arrays,
                    const Schedule& schedule, std::span<const SlotIndex> slots, Plan& plan);

}  // namespace shikumi::detail
