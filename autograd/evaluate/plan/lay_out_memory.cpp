#include <shikumi/autograd/evaluate/plan/lay_out_memory.hpp>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include <shikumi/autograd/evaluate/plan/free_list.hpp>

namespace shikumi::detail {

namespace {

class Layout {
public:
    Layout(const ClassifiedGraph& nodes, const FusionGroups& fusion, const Arrays& arrays,
           const Schedule& schedule, Plan& plan);
    /// Arrays come in the order of the steps that write them.
    void place(Position array, SlotIndex slot);

private:
    struct Block {
        std::size_t offset = 0, bytes = 0;  // no bytes: another array has taken its place
    };
    using End = std::pair<std::uint32_t, Position>;  // the step after the last read, array

    void free_until(std::uint32_t step);
    void find_ending(Position node);
    bool can_overwrite(Position old, Position array) const;

    const ClassifiedGraph& nodes_;
    const PendingGraph& graph_;
    const FusionGroups& fusion_;
    const Arrays& arrays_;
    const Schedule& schedule_;
    Plan& plan_;
    FreeList free_;
    std::vector<Block> blocks_;     // by position
    std::vector<End> ends_;         // a heap, the earliest on top
    std::vector<Position> ending_;  // in the current step
    std::uint32_t step_ = ~0U;      // the current one
};

Layout::Layout(const ClassifiedGraph& nodes, const FusionGroups& fusion, const Arrays& arrays,
               const Schedule& schedule, Plan& plan)
    : nodes_(nodes),
      graph_(nodes.graph()),
      fusion_(fusion),
      arrays_(arrays),
      schedule_(schedule),
      plan_(plan),
      blocks_(graph_.size()) {}

void Layout::free_until(std::uint32_t step) {
    while (!ends_.empty() && ends_.front().first <= step) {
        const Block& block = blocks_[ends_.front().second];
        free_.give_back(block.offset, block.bytes);
        std::ranges::pop_heap(ends_, std::greater{});
        ends_.pop_back();
    }
}

// Arrays of the workspace that nobody reads after the group of `node`. Values of that group may be
// written over them, element by element, from their last reader on.
void Layout::find_ending(Position node) {
    ending_.clear();
    if (!nodes_.in_group(node)) return;
    const FusionGroups::Group& group = fusion_.groups[fusion_.group_of[node]];
    if (group.assigns) return;
    const std::uint32_t step = schedule_.step_of[node];
    for (const Position member : fusion_.members_of(group)) {
        nodes_.for_each_read(member, [&](Position read, std::uint32_t) {
            const Position array = graph_.array(read);
            const bool in_workspace = arrays_.stored[array] && !arrays_.outlives[array];
            if (in_workspace && !arrays_.read_in_parts[array] && schedule_.step_of[array] != step &&
                schedule_.last_read[array] == step + 1 && schedule_.last_reader[array] == member)
                ending_.push_back(array);
        });
    }
}

bool Layout::can_overwrite(Position old, Position array) const {
    const Spec &before = graph_[old].spec, &after = graph_[array].spec;
    return nodes_.kind(array) == NodeKind::pointwise && blocks_[old].bytes > 0 &&
           schedule_.last_reader[old] <= array && before.size() == after.size() &&
           size_of(before.dtype) == size_of(after.dtype);
}

void Layout::place(Position array, SlotIndex slot) {
    const std::uint32_t step = schedule_.step_of[array];
    free_until(step);
    if (step != step_) find_ending(array);
    step_ = step;
    Block& block = blocks_[array];
    block.bytes = aligned(std::max<std::size_t>(graph_[array].spec.bytes(), 1));
    const auto old = std::ranges::find_if(
        ending_, [&](Position ending) { return can_overwrite(ending, array); });
    block.offset =
        old != ending_.end() ? std::exchange(blocks_[*old], {}).offset : free_.take(block.bytes);
    plan_.workspace = free_.extent();
    plan_.workspace_slots.push_back({slot, block.offset});
    ends_.emplace_back(std::max(schedule_.last_read[array], step + 1), array);
    std::ranges::push_heap(ends_, std::greater{});
}

}  // namespace

void lay_out_memory(const ClassifiedGraph& nodes, const FusionGroups& fusion, const Arrays& arrays,
                    const Schedule& schedule, std::span<const SlotIndex> slots, Plan& plan) {
    std::vector<Position> in_workspace;
    for (Position i = 0; i < nodes.graph().size(); ++i) {
        if (arrays.stored[i] && !arrays.outlives[i]) in_workspace.push_back(i);
    }
    std::ranges::stable_sort(in_workspace, {}, [&](Position i) { return schedule.step_of[i]; });
    Layout layout(nodes, fusion, arrays, schedule, plan);
    for (const Position array : in_workspace) layout.place(array, slots[array]);
}

}  // namespace shikumi::detail
