#include <shikumi/autograd/evaluate/plan/choose_in_place.hpp>

#include <algorithm>

#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::detail {

namespace {

// The number of steps up to the last one that may throw.
std::uint32_t count_until_last_failure(const PendingGraph& graph, const Schedule& schedule) {
    std::uint32_t count = 0;
    for (std::uint32_t step = 0; step < schedule.steps.size(); ++step) {
        const Schedule::Entry& entry = schedule.steps[step];
        if (entry.kind == Step::Kind::call && graph[entry.index].op->can_fail()) count = step + 1;
    }
    return count;
}

// Whether a call that computes `value` may not have `old` as its memory.
bool call_needs_both(const PendingGraph& graph, Position old, Position value) {
    const auto inputs = graph.inputs(value);
    const auto is_old = [&](Position input) { return graph.array(input) == old; };
    return !graph[value].op->in_place() || !is_old(inputs[0]) ||
           std::ranges::any_of(inputs.subspan(1), is_old);
}

// Whether a group reads `old` after it has written `value`.
bool group_needs_both(const ClassifiedGraph& nodes, const FusionGroups& fusion, Position old,
                      Position value) {
    bool written = false;
    for (const Position member : fusion.members_of(fusion.groups[fusion.group_of[value]])) {
        bool reads = false;
        nodes.for_each_read(member, [&](Position read, std::uint32_t) {
            reads = reads || nodes.graph().array(read) == old;
        });
        if (written && reads) return true;
        written = written || member == value;
    }
    return false;
}

bool is_read_after_write(const ClassifiedGraph& nodes, const FusionGroups& fusion,
                         const Schedule& schedule, Position old, Position value) {
    const std::uint32_t writer = schedule.step_of[value];
    if (schedule.last_read[old] != writer + 1) return schedule.last_read[old] > writer;
    return nodes.kind(value) == NodeKind::call ? call_needs_both(nodes.graph(), old, value)
                                               : group_needs_both(nodes, fusion, old, value);
}

}  // namespace

void choose_in_place(const ClassifiedGraph& nodes, const FusionGroups& fusion, const Arrays& arrays,
                     const Schedule& schedule, Plan& plan) {
    const PendingGraph& graph = nodes.graph();
    const std::uint32_t failures = count_until_last_failure(graph, schedule);
    for (std::uint32_t a = 0; a < graph.assigned().size(); ++a) {
        const Position value = graph.assigned()[a], old = graph.old_values()[a];
        // A reduction is written when all else is read.
        const bool written =
            nodes.kind(value) == NodeKind::call || nodes.kind(value) == NodeKind::pointwise;
        if (!written || arrays.seen_by_view[value] || schedule.step_of[value] < failures) continue;
        const bool is_read = old != PendingGraph::none;
        if (is_read && (arrays.seen_by_view[old] || arrays.read_in_parts[old] ||
                        is_read_after_write(nodes, fusion, schedule, old, value)))
            continue;
        const auto buffer =
            std::ranges::find(plan.output_buffers, graph.number(value), &OutputBuffer::node);
        if (buffer->in_place_of != ~0U) continue;
        buffer->in_place_of = a;
        buffer->old_edges = is_read ? graph.uses(old) : 0;
    }
}

}  // namespace shikumi::detail
