// Fusion: pointwise operations that share one loop.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <shikumi/autograd/evaluate/plan/classify.hpp>

namespace shikumi::detail {

/// The pointwise operations and reductions of a graph, in groups.
struct FusionGroups {
    static constexpr std::uint32_t none = ~0U;
    struct Group {
        std::uint32_t first = 0, count = 0;  // in `members`
        std::uint32_t level = 0;
        Position first_node = 0;
        bool assigns = false;  // computes a parameter's next value
        bool is_read = false;  // by another step
    };

    std::vector<Group> groups;
    std::vector<Position> members;        // group after group, each in the graph's order
    std::vector<std::uint32_t> group_of;  // by position; none for what no group computes
    std::vector<bool> read_elsewhere;     // by position: another step reads the array

    std::span<const Position> members_of(const Group& group) const noexcept {
        return {members.data() + group.first, group.count};
    }
    /// True where the group of `consumer` computes what it reads of `source`.
    bool together(const ClassifiedGraph& nodes, Position source, Position consumer) const noexcept {
        return nodes.can_fuse(source, consumer) && group_of[source] == group_of[consumer];
    }
};

/// Puts pointwise operations of one level and shape into one group, at most 512 of them. A
/// reduction goes to the group of its input, where it is on the same level and cuts the elements
/// as the group's other reductions do; else `nodes` has it as a call from now on.
FusionGroups fuse(ClassifiedGraph& nodes, std::span<const std::uint32_t> levels);

}  // namespace shikumi::detail
