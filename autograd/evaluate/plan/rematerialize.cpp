#include <shikumi/autograd/evaluate/plan/rematerialize.hpp>

#include <algorithm>
#include <vector>

#include <shikumi/autograd/boost_graph/min_cut.hpp>
#include <shikumi/autograd/core/error.hpp>

namespace shikumi::detail {

namespace {

using Role = CutVertex::Role;

// A graph, cut in two where most values wait for later readers: what is computed early, and what
// reads late. At the end of the forward pass, as a rule. Which early values are kept for the late
// readers, and which ones are computed again, is a matter of minimum cuts.
class Rematerialization {
public:
    /// For a graph without copies, which `planner` has planned last.
    Rematerialization(const PendingGraph& graph, const Planner& planner);

    /// Bytes that wait when all but the cheap operations are computed once.
    std::int64_t waiting() const noexcept { return waiting_; }
    /// What to compute again so that about `segment` bytes wait at a time: the early values are
    /// taken in pieces of so many bytes. The latest piece is kept; of each one before it, no more
    /// than what the next piece is computed from.
    Repetition repetition(std::int64_t segment) const;

private:
    struct Value {
        Planner::Place place;    // of what is seen through, its array's
        std::int64_t bytes;      // CutVertex::never where it is seen through
        bool cheap = false;      // to compute again
        std::int64_t after = 0;  // bytes that wait and are computed later
    };
    bool early(const Value& v) const noexcept {
        return v.place.kind != Kind::outside && v.place.step <= split_;
    }
    bool late(const Value& v) const noexcept {
        return v.place.kind != Kind::outside && v.place.step > split_ && !v.place.updates;
    }
    void take_down(const PendingGraph& graph, const Planner& planner);
    void split(const PendingGraph& graph);
    void measure_waiting();
    // The values to keep, in the graph's order, for what `role` says of each value.
    template <class F>
    std::vector<bool> kept(F&& role) const;

    using Kind = Planner::Place::Kind;
    std::vector<CutEdge> edges_;
    std::vector<Value> values_;  // in the graph's order
    std::uint32_t split_ = 0;    // the last early step
    std::int64_t waiting_ = 0;
};

Rematerialization::Rematerialization(const PendingGraph& graph, const Planner& planner) {
    take_down(graph, planner);
    split(graph);
    measure_waiting();
}

void Rematerialization::take_down(const PendingGraph& graph, const Planner& planner) {
    // Random numbers and the like are made of a few numbers; pointwise operations join a loop.
    constexpr std::size_t few_bytes = 64;
    for (Position i = 0; i < graph.size(); ++i) {
        const Node& node = graph[i];
        for (const Position input : graph.inputs(i)) edges_.push_back({input, i});
        Value v{planner.place(i), static_cast<std::int64_t>(node.spec.bytes())};
        if (v.place.kind == Kind::seen_through) {
            const Planner::Place& input = values_[graph.inputs(i)[0]].place;
            if (input.kind == Kind::outside) {
                v.place.kind = Kind::outside;
            } else {
                v.place.step = input.step;
                v.place.updates = input.updates;
            }
            v.bytes = CutVertex::never;
        }
        v.cheap = v.place.kind != Kind::outside &&
                  (node.op->form() != Op::Form::kernel ||
                   std::ranges::all_of(node.inputs(), [](const Tensor& t) {
                       return t.spec().bytes() <= few_bytes;
                   }));
        values_.push_back(v);
    }
}

// Early is everything up to the step after which most bytes wait. Reads by the updates don't count:
// a gradient waits for them in any case.
void Rematerialization::split(const PendingGraph& graph) {
    std::vector<std::uint32_t> array(graph.size()), last_read(graph.size());
    std::uint32_t steps = 0;
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const Planner::Place& place = values_[i].place;
        array[i] = place.kind == Kind::seen_through ? array[graph.inputs(i)[0]] : i;
        if (place.kind != Kind::computed) continue;
        steps = std::max(steps, place.step + 1);
        if (place.updates) continue;
        for (const std::uint32_t input : graph.inputs(i))
            last_read[array[input]] = std::max(last_read[array[input]], place.step);
    }
    std::vector<std::int64_t> change(steps + 1);
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
        const Value& v = values_[i];
        if (v.place.kind != Kind::computed || !v.place.stored || last_read[i] <= v.place.step)
            continue;
        change[v.place.step] += v.bytes;
        change[last_read[i]] -= v.bytes;
    }
    std::int64_t bytes = 0, most = 0;
    for (std::uint32_t step = 0; step < steps; ++step) {
        bytes += change[step];
        if (bytes <= most) continue;
        most = bytes;
        split_ = step;
    }
}

template <class F>
std::vector<bool> Rematerialization::kept(F&& role) const {
    std::vector<CutVertex> vertices;
    for (std::size_t i = 0; i < values_.size(); ++i)
        vertices.push_back({role(i), values_[i].bytes});
    return minimum_cut(vertices, edges_);
}

void Rematerialization::measure_waiting() {
    const std::vector<bool> keep = kept([&](std::size_t i) {
        const Value& v = values_[i];
        if (early(v)) return v.cheap ? Role::between : Role::given;
        return late(v) ? Role::wanting : Role::outside;
    });
    std::vector<std::int64_t> at(split_ + 1);  // by step
    for (std::size_t i = 0; i < keep.size(); ++i) {
        if (keep[i]) at[values_[i].place.step] += values_[i].bytes;
    }
    std::vector<std::int64_t> after(at.size());
    for (std::size_t step = at.size(); step-- > 0;) {
        after[step] = waiting_;
        waiting_ += at[step];
    }
    for (Value& v : values_) {
        if (early(v)) v.after = after[v.place.step];
    }
}

Repetition Rematerialization::repetition(std::int64_t segment) const {
    // Between two pieces a cut may lie anywhere in this many bytes around the border.
    const std::int64_t slack = segment / 8;
    std::vector<bool> border(values_.size());
    for (std::int64_t at = segment; at < waiting_; at += segment) {
        const std::vector<bool> cut = kept([&](std::size_t i) {
            const Value& v = values_[i];
            if (!early(v)) return Role::outside;
            if (v.after < at - slack) return Role::wanting;
            const bool before = v.after >= at + slack && v.bytes != CutVertex::never;
            return before ? Role::given : Role::between;
        });
        for (std::size_t i = 0; i < cut.size(); ++i) border[i] = border[i] || cut[i];
    }
    const std::vector<bool> keep = kept([&](std::size_t i) {
        const Value& v = values_[i];
        if (early(v))
            return border[i] || (v.after < segment && !v.cheap) ? Role::given : Role::between;
        return late(v) ? Role::wanting : Role::outside;
    });
    Repetition repetition;
    for (std::size_t i = 0; i < values_.size(); ++i) {
        repetition.late.push_back(late(values_[i]));
        repetition.dropped.push_back(early(values_[i]) && !keep[i]);
    }
    return repetition;
}

}  // namespace

const Plan& plan_within(std::size_t budget, Planner& planner, const PendingGraph& graph) {
    const Plan* plan = &planner.plan(graph);
    if (plan->workspace <= budget) return *plan;
    const Rematerialization choice(graph, planner);
    std::size_t least = plan->workspace;
    // Shorter and shorter pieces: the first one that fits computes the least twice.
    constexpr double shorter = 0.85;
    const auto whole = static_cast<double>(choice.waiting()) + 1;
    for (double segment = whole; segment >= 1 && segment > whole / 64; segment *= shorter) {
        const Repetition repetition = choice.repetition(static_cast<std::int64_t>(segment));
        plan = &planner.plan(graph.repeated(repetition));
        if (plan->workspace <= budget) return *plan;
        least = std::min(least, plan->workspace);
        if (plan->workspace > 2 * least) break;
    }
    fail<ValueError>("evaluate", "memory_budget is ", budget,
                     " bytes, and the values that wait for "
                     "their readers take ",
                     least,
                     " even where they are computed again: raise it, or "
                     "take smaller batches");
}

}  // namespace shikumi::detail
