#include <shikumi/autograd/evaluate/capture.hpp>

#include <algorithm>
#include <optional>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/evaluate/executor.hpp>
#include <shikumi/autograd/evaluate/planner.hpp>
#include <shikumi/autograd/evaluate/rematerialize.hpp>
#include <shikumi/autograd/evaluate/trace.hpp>
#include <shikumi/autograd/graph/op.hpp>

namespace shikumi {

namespace {

constexpr std::size_t most_recordings = 32;

Tensor leaf(const Spec& spec) {
    Node* node = new_node();
    node->spec.shape = spec.shape;
    node->spec.dtype = spec.dtype;
    return Tensor::adopt(node);
}

// The planner wants to see whether a leaf has a buffer. Any will do: a call puts another there.
void pretend_value(Node& leaf) {
    if (leaf.spec.shape.rank() == 0) {
        leaf.store_scalar();
        return;
    }
    leaf.buffer = Buffer::allocate(1);
    leaf.data = leaf.buffer.data();
}

}  // namespace

class Recordings::Recording {
public:
    Recording(std::span<const Tensor> arguments, std::span<const Tensor> results,
              std::span<const Assignment> assignments, std::span<const Trace::Key> keys,
              const EvaluationOptions& options);
    ~Recording() {
        for (const Call& call : plan_.calls) call.op->release();
        for (const Op* op : plan_.pointwise) op->release();
    }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    bool takes(std::span<const Tensor> in) const noexcept {
        return std::equal(
            in.begin(), in.end(), arguments_.begin(), arguments_.end(),
            [](const Tensor& t, const Spec& spec) { return t.defined() && t.spec() == spec; });
    }
    std::size_t results() const noexcept { return results_.size(); }
    void replay(std::span<const Tensor> in, std::span<Tensor> out);

private:
    // Positions in `nodes_`, and what is found there at each replay.
    struct Argument {
        std::uint32_t node;
        std::size_t index;
    };
    struct Read {
        std::uint32_t node;
        Parameter parameter;
    };
    struct Fresh {
        std::uint32_t node;
        Spec spec;
        std::uint32_t in_place_of;  // the assignment whose old leaf may serve
    };

    void make(const Fresh& fresh);
    void assign() const;

    std::vector<Spec> arguments_;
    Plan plan_;
    std::vector<const Node*> nodes_;  // by the plan's numbers; those that no replay needs are null
    std::vector<Argument> given_;
    std::vector<Read> reads_;
    std::vector<Trace::Key> keys_;  // in the order of drawing, wanted or not
    std::vector<Tensor> constants_;
    std::vector<Fresh> fresh_;
    std::vector<std::uint32_t> results_, early_;  // early: results that are leaves
    std::vector<Assignment> assignments_;         // without the values
    std::vector<std::uint32_t> assigned_;
    std::vector<Tensor> made_;  // while a replay runs
    Frame frame_;
};

Recordings::Recording::Recording(std::span<const Tensor> arguments, std::span<const Tensor> results,
                                 std::span<const Assignment> assignments,
                                 std::span<const Trace::Key> keys,
                                 const EvaluationOptions& options) {
    for (const Tensor& argument : arguments) {
        arguments_.push_back(argument.spec());
        pretend_value(*argument.node());
    }
    Watch watch;
    Planner planner;
    plan_ = plan_within(options.memory_budget, planner, results, assignments);
    for (const Call& call : plan_.calls) call.op->retain();
    for (const Op* op : plan_.pointwise) op->retain();
    const Walk& walk = planner.walk();
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
        if (Slot* slot = node.slot()) {
            reads_.push_back({i, Parameter(*slot)});
            continue;
        }
        constants_.push_back(Tensor::of(&node));
        nodes_[i] = &node;
    }
    for (const Trace::Key& key : keys) {
        // A generator that lived inside the function starts anew at each call: its keys stay.
        const auto ours = std::count_if(keys.begin(), keys.end(), [&](const Trace::Key& other) {
            return other.source == key.source;
        });
        if (key.source.use_count() > ours) keys_.push_back(key);
    }
    for (Kept& kept : plan_.kept)
        fresh_.push_back({kept.node, walk[kept.node].spec, std::exchange(kept.in_place_of, ~0U)});
    for (const Output& out : plan_.outputs) {
        if (out.node != out.array) fresh_.push_back({out.node, walk[out.node].spec, ~0U});
    }
    for (const Tensor& result : results) {
        results_.push_back(position(result));
        if (result.node()->data) early_.push_back(static_cast<std::uint32_t>(results_.size() - 1));
    }
    for (const Assignment& a : assignments) {
        assignments_.push_back({a.parameter, Tensor()});
        assigned_.push_back(position(a.value));
    }
    watch.lap("plan");
}

// The old leaf itself where nobody but its parameter would see it change.
void Recordings::Recording::make(const Fresh& fresh) {
    if (fresh.in_place_of != ~0U) {
        const Node* old = assignments_[fresh.in_place_of].parameter.value().node();
        if (old->mine() && old->handles() == 1 && (!old->buffer || old->buffer.unique())) {
            nodes_[fresh.node] = old;
            return;
        }
    }
    made_.push_back(leaf(fresh.spec));
    nodes_[fresh.node] = made_.back().node();
}

void Recordings::Recording::assign() const {
    for (std::size_t a = 0; a < assignments_.size(); ++a) {
        Slot& slot = assignments_[a].parameter.slot();
        const Node* value = nodes_[assigned_[a]];
        if (value != slot.value.node()) rebind(slot, Tensor::of(value));
    }
}

void Recordings::Recording::replay(std::span<const Tensor> in, std::span<Tensor> out) {
    struct Clear {
        Recording& recording;
        ~Clear() {
            recording.frame_.release();
            recording.made_.clear();
        }
    } const clear{*this};
    Watch watch;
    collect_released();
    for (const Argument& a : given_) nodes_[a.node] = in[a.index].node();
    for (const Read& r : reads_) nodes_[r.node] = r.parameter.value().node();
    for (const Trace::Key& key : keys_) {
        auto* words = static_cast<std::int64_t*>(key.leaf.node()->data);
        words[0] = static_cast<std::int64_t>(key.source->seed);
        words[1] = static_cast<std::int64_t>(key.source->stream++);
    }
    for (const std::uint32_t r : early_) out[r] = Tensor::of(nodes_[results_[r]]);
    for (const Fresh& fresh : fresh_) make(fresh);

    frame_.bind(plan_, nodes_, {});
    watch.lap("bind");
    frame_.run(plan_, watch);
    frame_.publish(plan_, nodes_);
    for (const Tensor& t : made_) t.node()->flags |= Node::consumed;
    for (std::size_t r = 0; r < results_.size(); ++r) out[r] = Tensor::of(nodes_[results_[r]]);
    assign();
    watch.lap("publish");
}

struct Recordings::Start::Open {
    std::vector<Tensor> arguments;
    std::optional<Trace> trace;
};

Recordings::Start::Start(Recordings& recordings, std::span<const Tensor> in)
    : recordings_(recordings), open_(std::make_unique<Open>()) {
    for (const Tensor& t : in) {
        if (!t.defined())
            throw StateError("[capture] got an empty Tensor (default-constructed or moved from)");
        open_->arguments.push_back(leaf(t.spec()));
    }
    open_->trace.emplace();
}
Recordings::Start::~Start() = default;

const std::vector<Tensor>& Recordings::Start::arguments() const noexcept {
    return open_->arguments;
}

void Recordings::Start::finish(const std::vector<Tensor>& results) const {
    for (const Tensor& result : results) {
        if (!result.defined()) throw StateError("[capture] the function gave an empty Tensor");
    }
    // The parameters have their old values again when the graph is planned.
    const std::vector<Assignment> assignments(open_->trace->assignments().begin(),
                                              open_->trace->assignments().end());
    const std::vector<Trace::Key> keys(open_->trace->keys().begin(), open_->trace->keys().end());
    open_->trace.reset();
    auto& all = recordings_.recordings_;
    if (all.size() == most_recordings) all.erase(all.begin());
    all.push_back(std::make_unique<Recording>(open_->arguments, results, assignments, keys,
                                              recordings_.options_));
    recordings_.current_ = all.back().get();
}

Recordings::Recordings(const EvaluationOptions& options) : options_(options) {}
Recordings::~Recordings() = default;
Recordings::Recordings(Recordings&&) noexcept = default;
Recordings& Recordings::operator=(Recordings&&) noexcept = default;

bool Recordings::bypassed() noexcept { return Eager::active() || capturing(); }

bool Recordings::find(std::span<const Tensor> in) {
    if (current_ && current_->takes(in)) return true;
    for (const auto& recording : recordings_) {
        if (!recording->takes(in)) continue;
        current_ = recording.get();
        return true;
    }
    return false;
}

void Recordings::clear() noexcept {
    recordings_.clear();
    current_ = nullptr;
}

std::size_t Recordings::results() const noexcept { return current_->results(); }

void Recordings::replay(std::span<const Tensor> in, std::span<Tensor> out) {
    evaluate(in);
    current_->replay(in, out);
}

}  // namespace shikumi
