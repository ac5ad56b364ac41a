// Fusion groups as programs over numbered values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <shikumi/autograd/evaluate/plan/classify.hpp>
#include <shikumi/autograd/evaluate/plan/find_arrays.hpp>
#include <shikumi/autograd/evaluate/plan/fuse.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>

namespace shikumi::detail {

/// Writes one group after the other into a plan.
class GroupLowering {
public:
    GroupLowering(const ClassifiedGraph& nodes, const FusionGroups& fusion, const Arrays& arrays,
                  std::span<const SlotIndex> slots, Plan& plan);
    void lower(std::uint32_t group);
    /// Once all groups are written.
    void finish();

private:
    // The number of a node's value in a group.
    struct Number {
        std::uint32_t group = FusionGroups::none, value = 0;
    };
    std::uint32_t next_value() const noexcept;
    void add(Position member);
    Instruction pointwise(Position member);
    void share_slope(const kernels::SlopeLoops& loops, Position x, Instruction& instruction);
    Instruction reduction(Position member);
    std::uint32_t value_of(Position source);
    std::uint32_t single_number(Position source);
    void broadcast(Position source, std::uint32_t value);
    void number_by_slots();

    const ClassifiedGraph& nodes_;
    const PendingGraph& graph_;
    const FusionGroups& fusion_;
    const Arrays& arrays_;
    std::span<const SlotIndex> slots_;
    Plan& plan_;
    std::uint32_t index_ = 0;  // the group's
    FusionGroup group_;        // as far as it is written
    const Shape* space_ = nullptr;
    std::vector<Number> values_;   // by position
    std::vector<Number> singles_;  // the same for single numbers that are read where they are
    std::vector<Number> slopes_;   // by position of x: the instruction that may give a slope, too
    std::size_t block_bytes_ = 0;  // the largest block of a group that is a single one
};

}  // namespace shikumi::detail
