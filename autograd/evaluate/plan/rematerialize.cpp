#include <shikumi/autograd/evaluate/plan/rematerialize.hpp>

#include <algorithm>
#include <vector>

#include <shikumi/autograd/boost_graph/min_cut.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/evaluate/plan/make_plan.hpp>
#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::detail {

namespace {

using Role = CutVertex::Role;

// A graph, cut in two where most values wait for later readers: what is computed early, and what
// reads late. At the end of the forward pass, as a rule. Which early values are kept for the late
// readers, and which ones are computed again, is a matter of minimum cuts.
class Rematerialization {
public:
    /// For the outline of a graph without copies.
    explicit Rematerialization(const Outline& outline);

    /// Bytes that wait when everything is computed once, except recomputable values.
    std::int64_t waiting() const noexcept { return waiting_; }
    /// What to compute again so that about `segment` bytes wait at a time: the early values are
    /// taken in pieces of so many bytes. The latest piece is kept; of each one before it, no more
    /// than what the next piece is computed from.
    Repetition repetition(std::int64_t segment) const;

private:
    enum class Place : std::uint8_t {
        outside,       // known before, or kept after the evaluation
        seen_through,  // a view, or a broadcast: its readers read another value
        computed,
    };
    struct Value {
        Place place = Place::outside;
        std::int64_t bytes = 0;     // CutVertex::never where it is seen through
        std::uint32_t step = 0;     // that computes what is read
        bool updates = false;       // that step only gives parameters their next values
        bool stored = false;        // in the workspace
        bool recomputable = false;  // at little cost
        std::int64_t after = 0;     // bytes that wait and are computed later
    };
    bool is_early(const Value& v) const noexcept {
        return v.place != Place::outside && v.step <= last_early_step_;
    }
    bool is_late(const Value& v) const noexcept {
        return v.place != Place::outside && v.step > last_early_step_ && !v.updates;
    }
    Value describe(const Outline& outline, Position i) const;
    std::vector<std::uint32_t> find_last_reads(const PendingGraph& graph) const;
    void choose_last_early_step(const PendingGraph& graph);
    void measure_waiting();
    // Whether to keep each value, by position, where `role` says what each one is to the cut.
    template <class F>
    std::vector<bool> values_to_keep(F&& role) const;

    std::vector<CutEdge> edges_;
    std::vector<Value> values_;  // by position
    std::uint32_t last_early_step_ = 0;
    std::int64_t waiting_ = 0;
};

Rematerialization::Rematerialization(const Outline& outline) {
    const PendingGraph& graph = outline.nodes.graph();
    for (Position i = 0; i < graph.size(); ++i) {
        for (const Position input : graph.inputs(i)) edges_.push_back({input, i});
        values_.push_back(describe(outline, i));
    }
    choose_last_early_step(graph);
    measure_waiting();
}

Rematerialization::Value Rematerialization::describe(const Outline& outline, Position i) const {
    // Random numbers and the like are made of a few numbers; pointwise operations join a loop.
    constexpr std::size_t few_bytes = 64;
    const auto& [nodes, fusion, arrays, schedule] = outline;
    const Node& node = nodes.graph()[i];
    Value v{.bytes = static_cast<std::int64_t>(node.spec.bytes())};
    if (nodes.computed(i) && !arrays.outlives[i]) {
        v.place = Place::computed;
        v.step = schedule.step_of[i];
        v.updates = schedule.steps[v.step].updates;
        v.stored = arrays.stored[i];
    } else if (nodes.kind(i) == NodeKind::view || nodes.kind(i) == NodeKind::broadcast) {
        const Value& input = values_[nodes.graph().inputs(i)[0]];
        v = {.bytes = CutVertex::never, .step = input.step, .updates = input.updates};
        if (input.place != Place::outside) v.place = Place::seen_through;
    }
    v.recomputable =
        v.place != Place::outside && (node.op->form() != Op::Form::kernel ||
                                      std::ranges::all_of(node.inputs(), [](const Tensor& t) {
                                          return t.spec().bytes() <= few_bytes;
                                      }));
    return v;
}

// By position: the last step that reads the array. Reads by the updates don't count: a gradient
// waits for them in any case.
std::vector<std::uint32_t> Rematerialization::find_last_reads(const PendingGraph& graph) const {
    std::vector<Position> array(graph.size());
    std::vector<std::uint32_t> last_read(graph.size());
    for (Position i = 0; i < graph.size(); ++i) {
        const Value& v = values_[i];
        array[i] = v.place == Place::seen_through ? array[graph.inputs(i)[0]] : i;
        if (v.place != Place::computed || v.updates) continue;
        for (const Position input : graph.inputs(i))
            last_read[array[input]] = std::max(last_read[array[input]], v.step);
    }
    return last_read;
}

// The step after which most bytes wait.
void Rematerialization::choose_last_early_step(const PendingGraph& graph) {
    const std::vector<std::uint32_t> last_read = find_last_reads(graph);
    std::uint32_t steps = 0;
    for (const Value& v : values_) {
        if (v.place == Place::computed) steps = std::max(steps, v.step + 1);
    }
    std::vector<std::int64_t> change(steps + 1);
    for (Position i = 0; i < graph.size(); ++i) {
        const Value& v = values_[i];
        if (!v.stored || last_read[i] <= v.step) continue;
        change[v.step] += v.bytes;
        change[last_read[i]] -= v.bytes;
    }
    std::int64_t bytes = 0, most = 0;
    for (std::uint32_t step = 0; step < steps; ++step) {
        bytes += change[step];
        if (bytes <= most) continue;
        most = bytes;
        last_early_step_ = step;
    }
}

template <class F>
std::vector<bool> Rematerialization::values_to_keep(F&& role) const {
    std::vector<CutVertex> vertices;
    for (std::size_t i = 0; i < values_.size(); ++i)
        vertices.push_back({role(i), values_[i].bytes});
    return minimum_cut(vertices, edges_);
}

void Rematerialization::measure_waiting() {
    const std::vector<bool> keep = values_to_keep([&](std::size_t i) {
        const Value& v = values_[i];
        if (is_early(v)) return v.recomputable ? Role::between : Role::given;
        return is_late(v) ? Role::wanting : Role::outside;
    });
    std::vector<std::int64_t> at(last_early_step_ + 1);  // by step
    for (std::size_t i = 0; i < keep.size(); ++i) {
        if (keep[i]) at[values_[i].step] += values_[i].bytes;
    }
    std::vector<std::int64_t> after(at.size());
    for (std::size_t step = at.size(); step-- > 0;) {
        after[step] = waiting_;
        waiting_ += at[step];
    }
    for (Value& v : values_) {
        if (is_early(v)) v.after = after[v.step];
    }
}

Repetition Rematerialization::repetition(std::int64_t segment) const {
    // Between two pieces a cut may lie anywhere in this many bytes around the border.
    const std::int64_t slack = segment / 8;
    std::vector<bool> border(values_.size());
    for (std::int64_t at = segment; at < waiting_; at += segment) {
        const std::vector<bool> cut = values_to_keep([&](std::size_t i) {
            const Value& v = values_[i];
            if (!is_early(v)) return Role::outside;
            if (v.after < at - slack) return Role::wanting;
            const bool before = v.after >= at + slack && v.bytes != CutVertex::never;
            return before ? Role::given : Role::between;
        });
        for (std::size_t i = 0; i < cut.size(); ++i) border[i] = border[i] || cut[i];
    }
    const std::vector<bool> keep = values_to_keep([&](std::size_t i) {
        const Value& v = values_[i];
        if (is_early(v))
            return border[i] || (v.after < segment && !v.recomputable) ? Role::given
                                                                       : Role::between;
        return is_late(v) ? Role::wanting : Role::outside;
    });
    Repetition repetition;
    for (std::size_t i = 0; i < values_.size(); ++i) {
        repetition.late.push_back(is_late(values_[i]));
        repetition.dropped.push_back(is_early(values_[i]) && !keep[i]);
    }
    return repetition;
}

}  // namespace

Plan plan_within(std::size_t budget, const PendingGraph& graph) {
    const Outline whole = outline(graph);
    Plan plan = lower(whole);
    if (plan.workspace <= budget) return plan;
    const Rematerialization choice(whole);
    std::size_t least = plan.workspace;
    // Shorter and shorter pieces: the first one that fits computes the least twice.
    constexpr double shorter = 0.85;
    const double waiting = static_cast<double>(choice.waiting()) + 1;
    for (double segment = waiting; segment >= 1 && segment > waiting / 64; segment *= shorter) {
        const Repetition repetition = choice.repetition(static_cast<std::int64_t>(segment));
        plan = make_plan(graph.repeated(repetition));
        if (plan.workspace <= budget) return plan;
        least = std::min(least, plan.workspace);
        if (plan.workspace > 2 * least) break;
    }
    fail<ValueError>("evaluate", "memory_budget is ", budget,
                     " bytes, and the values that wait for "
                     "their readers take ",
                     least,
                     " even where they are computed again: raise it, or "
                     "take smaller batches");
}

}  // namespace shikumi::detail
