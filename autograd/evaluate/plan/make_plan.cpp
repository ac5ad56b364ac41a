#include <shikumi/autograd/evaluate/plan/make_plan.hpp>

#include <algorithm>
#include <atomic>
#include <span>
#include <utility>
#include <vector>

#include <shikumi/autograd/evaluate/plan/assign_slots.hpp>
#include <shikumi/autograd/evaluate/plan/choose_in_place.hpp>
#include <shikumi/autograd/evaluate/plan/choose_recomputed.hpp>
#include <shikumi/autograd/evaluate/plan/lay_out_memory.hpp>
#include <shikumi/autograd/evaluate/plan/levels.hpp>
#include <shikumi/autograd/evaluate/plan/lower_group.hpp>
#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::detail {

namespace {

void lower_call(const PendingGraph& graph, std::span<const SlotIndex> slots, Position node,
                Plan& plan) {
    const auto inputs = graph.inputs(node);
    Call call{.op = graph[node].op,
              .scope = graph[node].scope,
              .out = {slots[node], graph[node].spec},
              .first_input = static_cast<std::uint32_t>(plan.operands.size()),
              .inputs = static_cast<std::uint32_t>(inputs.size())};
    std::vector<const Spec*> specs;
    for (const Position input : inputs) {
        specs.push_back(&graph[input].spec);
        plan.operands.push_back({slots[input], graph[input].spec});
    }
    call.kernel = call.op->prepare(specs, call.out.spec);
    plan.most_inputs = std::max(plan.most_inputs, call.inputs);
    plan.steps.push_back({Step::Kind::call, static_cast<std::uint32_t>(plan.calls.size())});
    plan.calls.push_back(call);
}

// A value that is known before may be another parameter's; one that is assigned again is.
std::uint32_t count_extra_leaves(const PendingGraph& graph) {
    std::vector<bool> taken(graph.size());
    std::uint32_t count = 0;
    for (const Position value : graph.assigned()) {
        if (!graph.pending(value) || taken[value]) ++count;
        taken[value] = true;
    }
    return count;
}

void lower_steps(const Outline& outline, std::span<const SlotIndex> slots, Plan& plan) {
    const auto& [nodes, fusion, arrays, schedule] = outline;
    GroupLowering groups(nodes, fusion, arrays, slots, plan);
    for (const Schedule::Entry& step : schedule.steps) {
        if (step.kind == Step::Kind::call)
            lower_call(nodes.graph(), slots, step.index, plan);
        else
            groups.lower(step.index);
    }
    groups.finish();
}

}  // namespace

Outline outline(const PendingGraph& graph) {
    ClassifiedGraph nodes = classify(graph);
    const std::vector<std::uint32_t> levels = assign_levels(nodes);
    FusionGroups fusion = fuse(nodes, levels);
    Arrays arrays = find_arrays(nodes, fusion);
    choose_recomputed(nodes, fusion, arrays);
    Schedule schedule = make_schedule(nodes, levels, fusion);
    return {std::move(nodes), std::move(fusion), std::move(arrays), std::move(schedule)};
}

Plan lower(const Outline& outline) {
    static std::atomic<std::uint64_t> plans = 0;
    const auto& [nodes, fusion, arrays, schedule] = outline;
    Plan plan;
    plan.number = plans.fetch_add(1, std::memory_order_relaxed);
    const std::vector<SlotIndex> slots = assign_slots(nodes, arrays, plan);
    lower_steps(outline, slots, plan);
    lay_out_memory(nodes, fusion, arrays, schedule, slots, plan);
    choose_in_place(nodes, fusion, arrays, schedule, plan);
    plan.extra_leaves = count_extra_leaves(nodes.graph());
    return plan;
}

}  // namespace shikumi::detail
