#include <shikumi/autograd/evaluate/capture/captured_program.hpp>

#include <algorithm>
#include <utility>

#include <shikumi/autograd/evaluate/capture/fold_constants.hpp>
#include <shikumi/autograd/evaluate/plan/rematerialize.hpp>
#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::detail {

namespace {

// The planner asks whether a leaf has a buffer. Any buffer will do: replays read another one.
void pretend_value(const Node& leaf) {
    if (leaf.spec.shape.rank() == 0) {
        leaf.store_scalar();
        return;
    }
    leaf.buffer = Buffer::allocate(1);
    leaf.data = leaf.buffer.data();
}

}  // namespace

// What is made is destroyed where the rest fails: the operations are held from the planning on.
CapturedProgram::CapturedProgram(const Recording& recording, const EvaluationOptions& options)
    : CapturedProgram() {
    for (const Tensor& argument : recording.arguments) {
        if (argument.defined()) pretend_value(*argument.node());
    }
    fold_constants(recording);
    plan_recording(recording, options);
}

CapturedProgram::~CapturedProgram() {
    for (const Call& call : plan_.calls) call.op->release();
    for (const Op* op : plan_.group_operations) op->release();
}

void CapturedProgram::plan_recording(const Recording& recording, const EvaluationOptions& options) {
    Timer timer;
    const PendingGraph graph = graph_of(recording);
    plan_ = plan_within(options.memory_budget, graph);
    for (const Call& call : plan_.calls) call.op->retain();
    for (const Op* op : plan_.group_operations) op->retain();
    nodes_.resize(graph.size());
    find_leaves(recording, graph);
    keep_draws(recording.draws);
    find_assignments(recording, graph);
    find_fresh_nodes(graph);
    find_results(recording, graph);
    timer.lap("plan");
}

void CapturedProgram::find_leaves(const Recording& recording, const PendingGraph& graph) {
    std::vector<bool> is_argument(graph.size());
    for (std::size_t i = 0; i < recording.arguments.size(); ++i) {
        const Tensor& argument = recording.arguments[i];
        const Position at =
            argument.defined() ? graph.position(*argument.node()) : PendingGraph::none;
        if (at == PendingGraph::none) continue;
        arguments_.push_back({at, i});
        is_argument[at] = true;
    }
    for (Position i = 0; i < graph.size(); ++i) {
        const Node& node = graph[i];
        if (!node.data || is_argument[i]) continue;
        if (ParameterState* state = node.parameter_state()) {
            parameters_.emplace_back(*state);
            read_.push_back({i, state});
            continue;
        }
        constants_.push_back(Tensor::of(&node));
        nodes_[i] = &node;
    }
}

// A generator that lived inside the function starts anew at each call: its numbers stay.
void CapturedProgram::keep_draws(const std::vector<RandomDraw>& draws) {
    for (const RandomDraw& draw : draws) {
        const auto own = std::count_if(draws.begin(), draws.end(), [&](const RandomDraw& other) {
            return other.generator == draw.generator;
        });
        if (draw.generator.use_count() > own) draws_.push_back(draw);
    }
}

void CapturedProgram::find_assignments(const Recording& recording, const PendingGraph& graph) {
    for (const Assignment& a : recording.assignments) {
        parameters_.push_back(a.parameter);
        assigned_.push_back({graph.position(*a.value.node()), &a.parameter.state()});
    }
}

// A replay decides by itself what may be overwritten: the plan is bound without assignments.
void CapturedProgram::find_fresh_nodes(const PendingGraph& graph) {
    for (OutputBuffer& output : plan_.output_buffers) {
        const std::uint32_t assignment = std::exchange(output.in_place_of, ~0U);
        const ParameterState* old = assignment == ~0U ? nullptr : assigned_[assignment].parameter;
        fresh_.push_back({output.node, graph[output.node].spec, old});
    }
    for (const Output& output : plan_.outputs) {
        if (output.node != output.array)
            fresh_.push_back({output.node, graph[output.node].spec, nullptr});
    }
}

void CapturedProgram::find_results(const Recording& recording, const PendingGraph& graph) {
    for (const Tensor& result : recording.results) {
        results_.push_back(result.defined() ? graph.position(*result.node()) : absent);
        if (result.defined() && result.node()->data) leaf_results_.push_back(results_.back());
    }
}

std::unique_ptr<CapturedRun> CapturedProgram::new_run() const {
    auto run = std::make_unique<CapturedRun>();
    run->nodes = nodes_;
    run->results.resize(results_.size());
    return run;
}

void CapturedProgram::replay(CapturedRun& run, std::span<const Node* const> arguments) const {
    struct Release {
        CapturedRun& run;
        ~Release() {
            run.executor.release();
            run.held.clear();
            run.made.clear();
        }
    } const at_the_end{run};
    Timer timer;
    collect_released();
    bind_leaves(run, arguments);
    make_fresh_nodes(run);
    run.executor.bind(plan_, run.nodes, {});
    draw_random_keys();
    timer.lap("bind");
    try {
        run.executor.run(plan_, timer);
    } catch (...) {
        give_random_keys_back();
        throw;
    }
    run.executor.publish(plan_, run.nodes);
    for (const Tensor& t : run.made) t.node()->raise(Node::consumed);
    for (std::size_t i = 0; i < results_.size(); ++i) {
        if (results_[i] != absent) run.results[i] = Tensor::of(run.nodes[results_[i]]);
    }
    assign_parameters(run);
    timer.lap("publish");
}

void CapturedProgram::bind_leaves(CapturedRun& run, std::span<const Node* const> arguments) const {
    for (const ArgumentLeaf& leaf : arguments_) run.nodes[leaf.node] = arguments[leaf.index];
    for (const ParameterNode& leaf : read_) run.nodes[leaf.node] = leaf.parameter->value.node();
    // A result is a holder: its parameter's old value is not written over.
    for (const std::uint32_t result : leaf_results_)
        run.held.push_back(Tensor::of(run.nodes[result]));
}

void CapturedProgram::draw_random_keys() const noexcept {
    for (const RandomDraw& draw : draws_) {
        auto* words = static_cast<std::int64_t*>(draw.key.node()->data.get());
        words[0] = static_cast<std::int64_t>(draw.generator->seed);
        words[1] = static_cast<std::int64_t>(
            std::atomic_ref(draw.generator->stream).fetch_add(1, std::memory_order_relaxed));
    }
}

// Except those after which somebody else has drawn.
void CapturedProgram::give_random_keys_back() const noexcept {
    for (auto draw = draws_.rbegin(); draw != draws_.rend(); ++draw) {
        const auto* words = static_cast<const std::int64_t*>(draw->key.node()->data.get());
        const auto drawn = static_cast<std::uint64_t>(words[1]);
        std::uint64_t next = drawn + 1;
        std::atomic_ref(draw->generator->stream).compare_exchange_strong(next, drawn);
    }
}

void CapturedProgram::make_fresh_nodes(CapturedRun& run) const {
    // The old leaf itself is written where nobody but its parameter would see it change.
    const auto reusable = [](const Node& old) {
        return old.mine() && old.handles() == 1 && (!old.buffer || old.buffer.unique());
    };
    for (const FreshNode& fresh : fresh_) {
        const Node* old = fresh.assigned ? fresh.assigned->value.node() : nullptr;
        if (old && reusable(*old)) {
            run.nodes[fresh.node] = old;
            continue;
        }
        run.made.push_back(pending_leaf(fresh.spec));
        run.nodes[fresh.node] = run.made.back().node();
    }
}

void CapturedProgram::assign_parameters(const CapturedRun& run) const {
    for (const ParameterNode& assigned : assigned_) {
        const Node* value = run.nodes[assigned.node];
        if (value != assigned.parameter->value.node())
            rebind(*assigned.parameter, Tensor::of(value));
    }
}

}  // namespace shikumi::detail
