// evaluate: recognise or plan a graph, run it, give nodes and parameters their values.
#include <algorithm>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/evaluate/capture/capture_context.hpp>
#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/plan/rematerialize.hpp>
#include <shikumi/autograd/evaluate/run/executor.hpp>
#include <shikumi/autograd/evaluate/run/interpreter.hpp>
#include <shikumi/autograd/evaluate/run/plan_cache.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/graph_locks.hpp>
#include <shikumi/autograd/graph/trace.hpp>
#include <shikumi/autograd/memory/thread_cache.hpp>

namespace shikumi {

using namespace detail;

namespace {

void check_roots(std::span<const Tensor> roots) {
    for (const Tensor& root : roots) {
        if (!root.defined())
            throw StateError(
                "[evaluate] an empty Tensor (default-constructed or moved from) has no value");
    }
}

void check_assignments(std::span<const Assignment> assignments) {
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

// What a thread's evaluations need. Its memory and its plans stay from one to the next.
class Evaluator {
public:
    void evaluate(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                  const EvaluationOptions& options);

    void clear() noexcept;
    bool worth_keeping() const noexcept { return graph_.capacity() <= largest_kept_traversal; }

private:
    const Plan& make_plan(std::size_t budget, bool keep);
    void run(const Plan& plan, std::span<const Assignment> assignments, Timer& timer);

    PlanCache plans_;
    std::vector<const Node*> nodes_;  // by the plan's numbers
    PendingGraph graph_;
    Interpreter interpreter_;
    Plan plan_;  // the latest
    Executor executor_;
};

void Evaluator::evaluate(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                         const EvaluationOptions& options) {
    Timer timer;
    const std::size_t budget = options.memory_budget;
    const Plan* plan = plans_.find(roots, assignments, budget, nodes_);
    timer.lap("recognise");
    if (!plan) {
        graph_.reset(roots, assignments);
        // A plan serves this thread's own graphs alone.
        const bool own = roots.empty() || roots.front().node()->at_home();
        const bool seen_before = own && plans_.seen_before(graph_, budget);
        const bool plain = assignments.empty() && budget == EvaluationOptions().memory_budget;
        if (!seen_before && plain && !timer && Interpreter::suits(graph_))
            return interpreter_.run(graph_);
        plan = &make_plan(budget, seen_before);
        timer.lap("plan");
    }
    run(*plan, assignments, timer);
}

const Plan& Evaluator::make_plan(std::size_t budget, bool keep) {
    plan_ = plan_within(budget, graph_);
    nodes_.assign(graph_.nodes().begin(), graph_.nodes().end());
    if (keep) plans_.keep(plan_, graph_, budget);
    return plan_;
}

void Evaluator::run(const Plan& plan, std::span<const Assignment> assignments, Timer& timer) {
    executor_.bind(plan, nodes_, assignments);
    timer.lap("bind");
    executor_.run(plan, timer);
    executor_.publish(plan, nodes_);
    // Somebody holds the outputs: they stay when the edges to them go.
    for (const Output& output : plan.outputs) {
        const Node& node = *nodes_[output.node];
        if (assignments.empty() && !node.has(Node::constant)) continue;
        if (!node.at_home()) continue;  // its thread may be reading them
        drop_inputs(node);
        if (!assignments.empty()) node.raise(Node::consumed);
    }
    for (const Assignment& a : assignments) rebind(a.parameter.state(), a.value);
    timer.lap("publish");
}

void Evaluator::clear() noexcept {
    executor_.release();
    interpreter_.release();
    graph_.clear();
}

void evaluate_if_foreign(const Tensor& t) {
    if (!t.node()->at_home() && !t.evaluated()) evaluate_foreign(*t.node());
}

void evaluate_now(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                  const EvaluationOptions& options) {
    for (const Tensor& root : roots) evaluate_if_foreign(root);
    for (const Assignment& a : assignments) evaluate_if_foreign(a.value);
    const OwnGraph own;
    const ThreadCache<Evaluator> evaluator;
    evaluator->evaluate(roots, assignments, options);
}

// What depends on the call is computed by the replays.
void evaluate_constants(const CaptureContext& context, std::span<const Tensor> roots) {
    for (const Tensor& root : roots) {
        if (!root.evaluated() && context.cause(root).empty()) evaluate_now({&root, 1}, {}, {});
    }
}

// In a function that is traced: what depends on no argument.
void evaluate_known(std::span<const Tensor> roots) {
    for (const Tensor& root : roots) {
        if (!root.evaluated() && Trace::known(root)) evaluate_now({&root, 1}, {}, {});
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
    if (const Trace* trace = Trace::current()) trace->want_known(t);
    evaluate(t);
}

void detail::evaluate_foreign(const Node& node) {
    ForeignGraphs graphs;
    graphs.enter(node.home);
    if (node.data) return;
    try {
        const ThreadCache<Evaluator> evaluator;
        const Tensor root = Tensor::of(&node);
        evaluator->evaluate({&root, 1}, {}, {});
    } catch (Error& e) {
        e.add_context("in a tensor that another thread has recorded");
        throw;
    }
}

void detail::evaluate_once(const Tensor& t) {
    if (CaptureContext* context = CaptureContext::current()) context->evaluate_once(t);
    require_value(t);
}

void evaluate(std::span<const Tensor> roots) { evaluate(roots, {}, {}); }

void evaluate(std::span<const Tensor> roots, std::span<const Assignment> assignments,
              const EvaluationOptions& options) {
    check_roots(roots);
    check_assignments(assignments);
    const Trace* const trace = Trace::current();
    if (trace && !assignments.empty()) trace->refuse("a parameter is assigned");
    if (CaptureContext* context = CaptureContext::current())
        return assignments.empty() ? evaluate_constants(*context, roots)
                                   : context->assign(assignments);
    if (trace) return evaluate_known(roots);
    if (assignments.empty() &&
        std::all_of(roots.begin(), roots.end(), [](const Tensor& t) { return t.evaluated(); }))
        return;
    collect_released();
    evaluate_now(roots, assignments, options);
}

}  // namespace shikumi
