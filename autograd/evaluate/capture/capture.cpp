#include <shikumi/autograd/evaluate/capture/capture.hpp>

#include <algorithm>
#include <optional>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/evaluate/capture/capture_context.hpp>
#include <shikumi/autograd/evaluate/plan/planner.hpp>
#include <shikumi/autograd/evaluate/plan/rematerialize.hpp>
#include <shikumi/autograd/evaluate/run/executor.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/traversal.hpp>

namespace shikumi {

using namespace detail;

namespace {

constexpr std::size_t most_recordings = 32;

Tensor leaf(const Spec& spec) {
    Node* node = new_node();
    node->spec = spec;
    return Tensor::adopt(node);
}

// The planner wants to see whether a leaf has a buffer. Any will do: a call puts another there.
void pretend_value(const Node& leaf) {
    if (leaf.spec.shape.rank() == 0) {
        leaf.store_scalar();
        return;
    }
    leaf.buffer = Buffer::allocate(1);
    leaf.data = leaf.buffer.data();
}

// Evaluates what follows from constants alone and is small: no replay computes it again. `changes`
// tells which leaves change from call to call. What is larger is not worth keeping, a result is to
// be a fresh tensor at each call, and what a loop stretches it reads as well where it is.
template <class Changes>
void fold_constants(const std::vector<const Node*>& roots, Changes changes) {
    constexpr std::size_t small = 4096;  // bytes
    Traversal walk;
    walk.run(roots, [](const Node& node) { return node.data == nullptr; });
    std::vector<bool> varies(walk.size()), stays(walk.size());
    for (std::uint32_t i = 0; i < walk.size(); ++i) {
        const auto inputs = walk.inputs(i);
        varies[i] = walk[i].data ? changes(walk[i])
                                 : std::any_of(inputs.begin(), inputs.end(),
                                               [&](std::uint32_t in) { return varies[in]; });
    }
    for (const Node* root : roots) stays[static_cast<std::size_t>(walk.position(*root))] = true;
    std::vector<Tensor> constants;
    for (std::uint32_t i = walk.size(); i-- > 0;) {
        const Node& node = walk[i];
        if (node.data) continue;
        if (!varies[i] && !stays[i] && node.spec.bytes() <= small) {
            constants.push_back(Tensor::of(&node));
            continue;
        }
        for (const std::uint32_t in : walk.inputs(i)) {
            if (node.op->form() == Op::Form::pointwise && walk[in].op &&
                walk[in].op->form() == Op::Form::broadcast)
                stays[in] = true;
        }
    }
    evaluate(constants);
}

}  // namespace

class CapturedPrograms::CapturedProgram {
public:
    CapturedProgram(std::span<const Tensor> arguments, std::span<const Tensor> results,
                    std::span<const Assignment> assignments,
                    std::span<const CaptureContext::Key> keys, const EvaluationOptions& options);
    ~CapturedProgram() {
        for (const Call& call : plan_.calls) call.op->release();
        for (const Op* op : plan_.pointwise) op->release();
    }
    CapturedProgram(const CapturedProgram&) = delete;
    CapturedProgram& operator=(const CapturedProgram&) = delete;

    bool takes(std::span<const Tensor> in) const noexcept {
        return std::equal(in.begin(), in.end(), arguments_.begin(), arguments_.end(),
                          [](const Tensor& t, const Spec& spec) {
                              return t.defined() && t.node()->spec == spec;
                          });
    }
    std::size_t results() const noexcept { return results_.size(); }
    void replay(std::span<const Tensor> in, std::span<Tensor> out);

private:
    // Positions in `nodes_`, and what is found there at each replay.
    struct Argument {
        std::uint32_t node;
        std::size_t index;
    };
    struct Parametric {  // read, or assigned in the end
        std::uint32_t node;
        ParameterState* parameter;
    };
    struct Fresh {
        std::uint32_t node;
        Spec spec;
        const ParameterState* old;  // whose leaf may serve
    };

    void make(const Fresh& fresh);

    std::vector<Spec> arguments_;
    Plan plan_;
    std::vector<const Node*> nodes_;  // by the plan's numbers; those that no replay needs are null
    std::vector<Argument> given_;
    std::vector<Parameter> parameters_;  // keep the slots
    std::vector<Parametric> reads_, assigned_;
    std::vector<CaptureContext::Key> keys_;  // in the order of drawing, wanted or not
    std::vector<Tensor> constants_;
    std::vector<Fresh> fresh_;
    std::vector<std::uint32_t> results_, early_;  // early: results that are leaves
    std::vector<Tensor> made_;                    // while a replay runs
    Executor frame_;
};

CapturedPrograms::CapturedProgram::CapturedProgram(std::span<const Tensor> arguments,
                                                   std::span<const Tensor> results,
                                                   std::span<const Assignment> assignments,
                                                   std::span<const CaptureContext::Key> keys,
                                                   const EvaluationOptions& options) {
    for (const Tensor& argument : arguments) {
        arguments_.push_back(argument.spec());
        pretend_value(*argument.node());
    }
    std::vector<const Node*> roots;
    for (const Tensor& result : results) roots.push_back(result.node());
    for (const Assignment& a : assignments) roots.push_back(a.value.node());
    fold_constants(roots, [&](const Node& leaf) {
        const auto is_it = [&](const Tensor& t) { return t.node() == &leaf; };
        const auto is_key = [&](const CaptureContext::Key& key) { return is_it(key.leaf); };
        return leaf.parameter_state() || std::any_of(arguments.begin(), arguments.end(), is_it) ||
               std::any_of(keys.begin(), keys.end(), is_key);
    });
    Timer timer;
    Planner planner;
    plan_ = plan_within(options.memory_budget, planner, results, assignments);
    for (const Call& call : plan_.calls) call.op->retain();
    for (const Op* op : plan_.pointwise) op->retain();
    const Traversal& walk = planner.walk();
    const auto position = [&](const Tensor& t) {
        return static_cast<std::uint32_t>(walk.position(*t.node()));
    };
    nodes_.resize(walk.size());

    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (const std::int64_t at = walk.position(*arguments[i].node()); at >= 0)
            given_.push_back({static_cast<std::uint32_t>(at), i});
    }
    for (std::uint32_t i = 0; i < walk.size(); ++i) {
        const Node& node = walk[i];
        const auto is_node = [&](const Tensor& t) { return t.node() == &node; };
        if (!node.data || std::any_of(arguments.begin(), arguments.end(), is_node)) continue;
        if (ParameterState* state = node.parameter_state()) {
            parameters_.emplace_back(*state);
            reads_.push_back({i, state});
            continue;
        }
        constants_.push_back(Tensor::of(&node));
        nodes_[i] = &node;
    }
    for (const CaptureContext::Key& key : keys) {
        // A generator that lived inside the function starts anew at each call: its keys stay.
        const auto ours = std::count_if(
            keys.begin(), keys.end(),
            [&](const CaptureContext::Key& other) { return other.source == key.source; });
        if (key.source.use_count() > ours) keys_.push_back(key);
    }
    for (const Assignment& a : assignments) {
        parameters_.push_back(a.parameter);
        assigned_.push_back({position(a.value), &a.parameter.state()});
    }
    for (OutputBuffer& kept : plan_.kept) {
        const std::uint32_t old = std::exchange(kept.in_place_of, ~0U);
        fresh_.push_back(
            {kept.node, walk[kept.node].spec, old == ~0U ? nullptr : assigned_[old].parameter});
    }
    for (const Output& out : plan_.outputs) {
        if (out.node != out.array) fresh_.push_back({out.node, walk[out.node].spec, nullptr});
    }
    for (const Tensor& result : results) {
        results_.push_back(position(result));
        if (result.node()->data) early_.push_back(static_cast<std::uint32_t>(results_.size() - 1));
    }
    timer.lap("plan");
}

// The old leaf itself where nobody but its parameter would see it change.
void CapturedPrograms::CapturedProgram::make(const Fresh& fresh) {
    if (fresh.old) {
        const Node* old = fresh.old->value.node();
        if (old->mine() && old->handles() == 1 && (!old->buffer || old->buffer.unique())) {
            nodes_[fresh.node] = old;
            return;
        }
    }
    made_.push_back(leaf(fresh.spec));
    nodes_[fresh.node] = made_.back().node();
}

void CapturedPrograms::CapturedProgram::replay(std::span<const Tensor> in, std::span<Tensor> out) {
    struct Clear {
        CapturedProgram& recording;
        ~Clear() {
            recording.frame_.release();
            recording.made_.clear();
        }
    } const clear{*this};
    Timer timer;
    collect_released();
    for (const Argument& a : given_) nodes_[a.node] = in[a.index].node();
    for (const Parametric& r : reads_) nodes_[r.node] = r.parameter->value.node();
    for (const CaptureContext::Key& key : keys_) {
        auto* words = static_cast<std::int64_t*>(key.leaf.node()->data);
        words[0] = static_cast<std::int64_t>(key.source->seed);
        words[1] = static_cast<std::int64_t>(key.source->stream++);
    }
    for (const std::uint32_t r : early_) out[r] = Tensor::of(nodes_[results_[r]]);
    for (const Fresh& fresh : fresh_) make(fresh);

    frame_.bind(plan_, nodes_, {});
    timer.lap("bind");
    frame_.run(plan_, timer);
    frame_.publish(plan_, nodes_);
    for (const Tensor& t : made_) t.node()->flags |= Node::consumed;
    for (std::size_t r = 0; r < results_.size(); ++r) out[r] = Tensor::of(nodes_[results_[r]]);
    for (const Parametric& a : assigned_) {
        const Node* value = nodes_[a.node];
        if (value != a.parameter->value.node()) rebind(*a.parameter, Tensor::of(value));
    }
    timer.lap("publish");
}

struct CapturedPrograms::Start::Open {
    std::vector<Tensor> arguments;
    std::optional<CaptureContext> context;
};

CapturedPrograms::Start::Start(CapturedPrograms& recordings, std::span<const Tensor> in)
    : recordings_(recordings), open_(std::make_unique<Open>()) {
    for (const Tensor& t : in) {
        if (!t.defined())
            throw StateError("[capture] got an empty Tensor (default-constructed or moved from)");
        open_->arguments.push_back(leaf(t.spec()));
    }
    open_->context.emplace();
}
CapturedPrograms::Start::~Start() = default;

const std::vector<Tensor>& CapturedPrograms::Start::arguments() const noexcept {
    return open_->arguments;
}

void CapturedPrograms::Start::finish(const std::vector<Tensor>& results) const {
    for (const Tensor& result : results) {
        if (!result.defined()) throw StateError("[capture] the function gave an empty Tensor");
    }
    // The parameters have their old values again when the graph is planned.
    const std::vector<Assignment> assignments(open_->context->assignments().begin(),
                                              open_->context->assignments().end());
    const std::vector<CaptureContext::Key> keys(open_->context->keys().begin(),
                                                open_->context->keys().end());
    open_->context.reset();
    auto& all = recordings_.recordings_;
    if (all.size() == most_recordings) all.erase(all.begin());
    all.push_back(std::make_unique<CapturedProgram>(open_->arguments, results, assignments, keys,
                                                    recordings_.options_));
    recordings_.current_ = all.back().get();
}

CapturedPrograms::CapturedPrograms(const EvaluationOptions& options) : options_(options) {}
CapturedPrograms::~CapturedPrograms() = default;
CapturedPrograms::CapturedPrograms(CapturedPrograms&&) noexcept = default;
CapturedPrograms& CapturedPrograms::operator=(CapturedPrograms&&) noexcept = default;

bool CapturedPrograms::bypassed() noexcept { return Eager::active() || capturing(); }

bool CapturedPrograms::find(std::span<const Tensor> in) {
    if (current_ && current_->takes(in)) return true;
    for (const auto& recording : recordings_) {
        if (!recording->takes(in)) continue;
        current_ = recording.get();
        return true;
    }
    return false;
}

void CapturedPrograms::clear() noexcept {
    recordings_.clear();
    current_ = nullptr;
}

std::size_t CapturedPrograms::results() const noexcept { return current_->results(); }

void CapturedPrograms::replay(std::span<const Tensor> in, std::span<Tensor> out) {
    const auto known = [](const Tensor& t) { return t.node()->data != nullptr; };
    if (!std::all_of(in.begin(), in.end(), known)) evaluate(in);
    current_->replay(in, out);
}

}  // namespace shikumi
