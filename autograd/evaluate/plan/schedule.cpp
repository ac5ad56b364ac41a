#include <shikumi/autograd/evaluate/plan/schedule.hpp>

#include <algorithm>

#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::detail {

namespace {

std::vector<Schedule::Entry> ordered_steps(const ClassifiedGraph& nodes,
                                           std::span<const std::uint32_t> levels,
                                           const FusionGroups& fusion) {
    const PendingGraph& graph = nodes.graph();
    std::vector<bool> assigned(graph.size());
    for (const Position value : graph.assigned()) assigned[value] = true;
    std::vector<Schedule::Entry> steps;
    for (Position i = 0; i < graph.size(); ++i) {
        if (nodes.kind(i) != NodeKind::call) continue;
        const bool updates = assigned[i] && !fusion.read_elsewhere[i] && graph[i].op->in_place();
        steps.push_back({updates, levels[i], i, Step::Kind::call, i});
    }
    for (std::uint32_t g = 0; g < fusion.groups.size(); ++g) {
        const FusionGroups::Group& group = fusion.groups[g];
        if (group.count == 0) continue;  // all is computed again elsewhere
        steps.push_back(
            {group.assigns && !group.is_read, group.level, group.first_node, Step::Kind::group, g});
    }
    std::ranges::sort(steps, [](const Schedule::Entry& a, const Schedule::Entry& b) {
        if (a.updates != b.updates) return b.updates;
        return a.level != b.level ? a.level < b.level : a.first_node < b.first_node;
    });
    return steps;
}

}  // namespace

Schedule make_schedule(const ClassifiedGraph& nodes, std::span<const std::uint32_t> levels,
                       const FusionGroups& fusion) {
    const PendingGraph& graph = nodes.graph();
    Schedule schedule;
    schedule.steps = ordered_steps(nodes, levels, fusion);
    schedule.step_of.resize(graph.size());
    schedule.last_read.resize(graph.size());
    schedule.last_reader.assign(graph.size(), PendingGraph::none);
    for (std::uint32_t step = 0; step < schedule.steps.size(); ++step) {
        const auto read_inputs = [&](Position node) {
            nodes.for_each_read(node, [&](Position read, std::uint32_t) {
                schedule.last_read[graph.array(read)] = step + 1;
                schedule.last_reader[graph.array(read)] = node;
            });
        };
        const Schedule::Entry& entry = schedule.steps[step];
        if (entry.kind == Step::Kind::call) {
            schedule.step_of[entry.index] = step;
            read_inputs(entry.index);
            continue;
        }
        for (const Position member : fusion.members_of(fusion.groups[entry.index])) {
            if (fusion.group_of[member] == entry.index) schedule.step_of[member] = step;
            read_inputs(member);
        }
    }
    return schedule;
}

}  // namespace shikumi::detail
