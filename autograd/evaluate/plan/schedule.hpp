// Schedule: in which order a plan's steps run, and from when to when arrays are read.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <shikumi/autograd/evaluate/plan/classify.hpp>
#include <shikumi/autograd/evaluate/plan/fuse.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>

namespace shikumi::detail {

struct Schedule {
    struct Entry {
        bool updates = false;  // only gives parameters their next values
        std::uint32_t level = 0;
        Position first_node = 0;
        Step::Kind kind = Step::Kind::call;
        std::uint32_t index = 0;  // the node of a call, the number of a group
    };
    std::vector<Entry> steps;
    std::vector<std::uint32_t> step_of;  // by position: computes the node
    // By position, of arrays: the last step that reads it, plus one, and the node of that step that
    // reads it last.
    std::vector<std::uint32_t> last_read;
    std::vector<Position> last_reader;
};

/// Orders steps by level. Steps that only assign come last, so that weights may be overwritten.
Schedule make_schedule(const ClassifiedGraph& nodes, std::span<const std::uint32_t> levels,
                       const FusionGroups& fusion);

}  // namespace shikumi::detail
