// evaluate, and letting go of graphs.
#include <algorithm>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/evaluate/capture/capture_context.hpp>
#include <shikumi/autograd/evaluate/plan/planner.hpp>
#include <shikumi/autograd/evaluate/plan/rematerialize.hpp>
#include <shikumi/autograd/evaluate/run/executor.hpp>
#include <shikumi/autograd/evaluate/run/interpreter.hpp>
#include <shikumi/autograd/evaluate/run/plan_cache.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/memory/thread_cache.hpp>

namespace shikumi {

using namespace detail;

namespace {

struct Workbench {
    PendingGraph graph;
    Planner planner;
    PlanCache plans;
    Interpreter unplanned;
    std::vector<const Node*> nodes;
    Executor frame;
    void clear() noexcept {
        frame.release();
        unplanned.clear();
        if (graph.capacity() <= largest_kept_traversal) return graph.clear(), planner.clear();
        graph = PendingGraph();
        planner = Planner();
        unplanned = Interpreter();
        nodes = {};
        frame = Executor();
    }
    bool worth_keeping() const noexcept { return true; }
};

void check(std::span<const Tensor> roots, std::span<const Assignment> assignments) {
    for (const Tensor& root : roots) {
        if (!root.defined())
            throw StateError(
                "[evaluate] an empty Tensor (default-constructed or moved from) has no value");
    }
    for (const Assignment& a : assignments) {
        const ParameterState& state = a.parameter.state();
        if (!a.value.defined())
            fail<StateError>("assign", "parameter '", state.name, "' would get an empty Tensor");
        if (a.value.spec() != state.value.spec())
            fail<ShapeError>("assign", "parameter '", state.name, "' is ", state.value.spec(),
                             ", got ", a.value.spec());
    }
    struct Marks {
        std::span<const Assignment> assignments;
        ~Marks() {
            for (const Assignment& a : assignments) a.parameter.state().assigned = false;
        }
    } const marks{assignments};
    for (const Assignment& a : assignments) {
        if (std::exchange(a.parameter.state().assigned, true))
            fail<ValueError>("assign", "parameter '", a.parameter.name(), "' is assigned twice");
    }
}

void evaluate_and_assign(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                         const EvaluationOptions& options) {
    Timer timer;
    const std::size_t budget = options.memory_budget;
    const ThreadCache<Workbench> bench;
    std::vector<const Node*>& nodes = bench->nodes;
    const Plan* known = bench->plans.find(roots, assignments, budget, nodes);
    timer.lap("recognise");
    if (!known) {
        Interpreter& unplanned = bench->unplanned;
        unplanned.look_at(roots, assignments);
        const bool met = bench->plans.seen_before(unplanned.hash() ^ budget);
        const bool plain = assignments.empty() && budget == EvaluationOptions().memory_budget;
        if (!met && plain && !timer && unplanned.small()) return unplanned.run();
        PendingGraph& graph = bench->graph;
        graph.reset(roots, assignments);
        known = &plan_within(budget, bench->planner, graph);
        nodes.assign(graph.nodes().begin(), graph.nodes().end());
        if (met) bench->plans.keep(*known, graph, budget);
        timer.lap("plan");
    }
    const Plan& plan = *known;
    Executor& frame = bench->frame;
    frame.bind(plan, nodes, assignments);
    timer.lap("bind");
    frame.run(plan, timer);
    frame.publish(plan, nodes);
    // Outputs are held from outside the walk: they outlive the edges that go here.
    for (const Output& out : plan.outputs) {
        const Node& node = *nodes[out.node];
        if (assignments.empty() && !node.has(Node::constant)) continue;
        drop_inputs(node);
        if (!assignments.empty()) node.flags |= Node::consumed;
    }
    for (const Assignment& a : assignments) rebind(a.parameter.state(), a.value);
    timer.lap("publish");
}

// What a captured function computes is computed at its replays.
void evaluate_constants(const CaptureContext& context, std::span<const Tensor> roots) {
    for (const Tensor& root : roots) {
        if (!root.evaluated() && context.cause(root).empty())
            evaluate_and_assign({&root, 1}, {}, {});
    }
}

}  // namespace

void detail::require_value(const Tensor& t) {
    if (const CaptureContext* context = CaptureContext::current()) {
        if (const std::string cause = context->cause(t); !cause.empty())
            fail<StateError>("capture", "a value that depends on ", cause,
                             " is looked at inside a captured function, which is recorded once and "
                             "replayed: return it and look at it outside, or call the function "
                             "under Eager");
    }
    evaluate(t);
}

void detail::evaluate_once(const Tensor& t) {
    if (CaptureContext* context = CaptureContext::current()) context->evaluate_once(t);
    require_value(t);
}

void evaluate(std::span<const Tensor> roots) { evaluate(roots, {}, {}); }

void evaluate(std::span<const Tensor> roots, std::span<const Assignment> assignments,
              const EvaluationOptions& options) {
    check(roots, assignments);
    if (CaptureContext* context = CaptureContext::current())
        return assignments.empty() ? evaluate_constants(*context, roots)
                                   : context->assign(assignments);
    if (assignments.empty() &&
        std::all_of(roots.begin(), roots.end(), [](const Tensor& t) { return t.evaluated(); }))
        return;
    collect_released();
    evaluate_and_assign(roots, assignments, options);
}

void detail::fold_pending(const Tensor& root) {
    if (capturing()) return;
    Traversal walk;
    const Node* const start = root.node();
    walk.run({&start, 1}, [](const Node& node) { return node.data == nullptr; });
    const std::uint32_t last = walk.size() - 1;  // the root itself
    std::vector<std::uint32_t> uses(walk.size());
    for (std::uint32_t i = 0; i <= last; ++i) {
        for (const std::uint32_t input : walk.inputs(i)) ++uses[input];
    }
    // A node that somebody could still differentiate by: held, floating, or above one that is.
    std::vector<bool> alive(walk.size());
    for (std::uint32_t i = 0; i <= last; ++i) {
        const Node& node = walk[i];
        const bool held = i != last && node.held_beyond(uses[i]);
        const auto inputs = walk.inputs(i);
        alive[i] =
            (held && is_floating(node.spec.dtype)) ||
            std::any_of(inputs.begin(), inputs.end(), [&](std::uint32_t in) { return alive[in]; });
        if (node.has(Node::constant)) alive[i] = false;
    }
    std::vector<Tensor> constants;
    const auto add = [&](std::uint32_t i) {
        if (!walk[i].data) constants.push_back(Tensor::of(&walk[i]));
    };
    if (!alive[last]) add(last);
    for (std::uint32_t i = 0; i <= last; ++i) {
        if (!alive[i]) continue;
        for (const std::uint32_t input : walk.inputs(i)) {
            if (!alive[input]) add(input);
        }
    }
    if (constants.empty()) return;
    evaluate(constants);
    for (const Tensor& constant : constants) drop_inputs(*constant.node());
    for (std::uint32_t i = 0; i <= last; ++i) {
        if (!alive[i] || walk[i].data) continue;
        std::uint32_t below = 0;
        for (const std::uint32_t input : walk.inputs(i)) {
            if (!walk[input].data) below = std::max(below, walk[input].weight);
        }
        weigh(walk[i], below);
    }
}

}  // namespace shikumi
