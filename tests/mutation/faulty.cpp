#include "faulty.hpp"

#include <cstring>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi_test {

using namespace shikumi;

namespace {

// Holds an operation as a node does.
class Held {
public:
    explicit Held(const Op& op) : op_(&op) { op.retain(); }
    Held(const Held& other) : Held(*other.op_) {}
    Held& operator=(const Held&) = delete;
    ~Held() { op_->release(); }
    const Op* operator->() const { return op_; }

private:
    const Op* op_;
};

std::size_t other_like(Tensors in, std::size_t i, const Spec& spec) {
    for (std::size_t k = 0; k < in.size(); ++k) {
        if (k != i && in[k].spec() == spec) return k;
    }
    return i;
}

// The result of a rule, changed; axis 0 of a batch is that of its examples.
Tensor changed(Change change, const Tensor& t, bool is_batch) {
    if (!t.defined() || t.rank() == 0) {
        if (t.defined() && change == Change::sign) return -t;
        if (t.defined() && change == Change::doubled) return t * 2;
        return t;
    }
    const int axis = is_batch ? 0 : t.rank() - 1;
    const Index size = t.shape()[axis];
    switch (change) {
        case Change::sign:
            return -t;
        case Change::doubled:
            return t * 2;
        case Change::last_missing:
            return t * reshape(arange(t.size()) < t.size() - 1, t.shape()).cast(t.dtype());
        case Change::transposed:
            if (t.rank() < (is_batch ? 3 : 2) || t.shape().back() != t.shape()[t.rank() - 2]) return t;
            return swapaxes(t, -1, -2);
        case Change::reversed:
            return flip(t, axis);
        case Change::first_for_all:
            return size > 0 ? broadcast_to(slice(t, axis, {0, 1}), t.shape()) : t;
        default:
            return t;
    }
}

// An operation whose last input is its own result, worked out rightly: what it computes is not in
// question, and it has the values even of an operation that is not computed at all.
struct Faulty final : General, shikumi::detail::Unshared {
    Faulty(const Op& op, const Fault& f) : right(op), fault(f) {}
    bool operator==(const Faulty& other) const { return this == &other; }

    std::string_view name() const noexcept override { return right->name(); }
    Spec infer(Specs in) const override { return in[in.size() - 1]; }
    void eval(ConstViews in, View out) const override {
        std::memcpy(out.data, in.back().data, out.spec.bytes());
    }
    Tensor vjp(int i, Tensors in, const Tensor& out, const Tensor& cotangent) const override {
        const Tensors own = in.first(in.size() - 1);
        const auto input = static_cast<std::size_t>(i);
        if (input == own.size()) return {};
        const auto rule = [&](Tensors x, const Tensor& y) {
            return right->vjp(i, x, y,
                              planted(Rule::vjp, input) && fault.change == Change::without_cotangent
                                  ? ones_like(cotangent)
                                  : cotangent);
        };
        if (!planted(Rule::vjp, input)) return rule(own, out);
        return fault.change == Change::dropped ? Tensor() : with_change(own, out, rule);
    }
    Tensor jvp(Tensors in, const Tensor& out, Tensors tangents) const override {
        const Tensors own = in.first(in.size() - 1);
        std::vector<Tensor> moved(tangents.begin(), tangents.end() - 1);
        if (fault.rule != Rule::jvp) return right->jvp(own, out, moved);
        // Undefined: the engine works it out from the vjp, and there is no rule to plant a fault in.
        if (!right->jvp(own, out, moved).defined()) return {};
        if (fault.change == Change::dropped && fault.input < moved.size()) {
            moved[fault.input] = {};
            for (const Tensor& t : moved)
                if (t.defined()) return right->jvp(own, out, moved);
            return zeros_like(out);
        }
        return with_change(
            own, out, [&](Tensors x, const Tensor& y) { return right->jvp(x, y, moved); });
    }
    Tensor batched(const MappedInputs& in) const override {
        std::vector<bool> mapped;
        for (std::size_t i = 0; i + 1 < in.inputs().size(); ++i) mapped.push_back(in.mapped(i));
        const Tensors own = in.inputs().first(mapped.size());
        const Tensor all = right->batched({own, mapped, in.size()});
        return fault.rule == Rule::batched ? changed(fault.change, all, true) : all;
    }

    bool planted(Rule rule, std::size_t input) const {
        return fault.rule == rule && fault.input == input;
    }
    template <class F>
    Tensor with_change(Tensors own, const Tensor& out, F rule) const {
        std::vector<Tensor> in(own.begin(), own.end());
        Tensor result = out;
        const std::size_t i = fault.input < in.size() ? fault.input : 0;
        switch (fault.change) {
            case Change::inputs_exchanged:
                std::swap(in[i], in[other_like(own, i, own[i].spec())]);
                break;
            case Change::output_for_input:
                if (own[i].spec() == out.spec()) in[i] = out;
                break;
            case Change::input_for_output:
                if (own[i].spec() == out.spec()) result = own[i];
                break;
            default:
                break;
        }
        return changed(fault.change, rule(in, result), false);
    }

    Held right;
    Fault fault;
};

bool is_whole(const Tensor& t) { return !t.node()->op || t.node()->has(Node::constant); }

Tensor recorded(const Op& op, const std::vector<Tensor>& in) {
    std::vector<const Node*> nodes;
    for (const Tensor& t : in) nodes.push_back(t.node());
    op.retain();
    return shikumi::detail::record(op, nodes);
}

// Records again what lies between `target` and t.
Tensor rebuilt(const Tensor& t, const Node* target, const Fault& fault,
               std::map<const Node*, Tensor>& known) {
    if (const auto found = known.find(t.node()); found != known.end()) return found->second;
    if (is_whole(t)) return t;
    std::vector<Tensor> in;
    bool other = false;
    for (const Tensor& input : t.node()->inputs()) {
        in.push_back(rebuilt(input, target, fault, known));
        other = other || in.back().node() != input.node();
    }
    Tensor result = t;
    if (t.node() == target) {
        in.push_back(t);
        result = record(Faulty(*t.node()->op, fault), in);
    } else if (other) {
        result = recorded(*t.node()->op, in);
    }
    return known[t.node()] = result;
}

bool takes_fault(const Tensor& t) {
    const Op* const op = t.node()->op;
    return !dynamic_cast<const MultiOutput*>(op) &&
           !dynamic_cast<const shikumi::detail::Projection*>(op) && !t.node()->inputs().empty();
}

void visit(const Tensor& t, std::set<const Node*>& seen, std::vector<Tensor>& all) {
    if (is_whole(t) || !seen.insert(t.node()).second) return;
    for (const Tensor& input : t.node()->inputs()) visit(input, seen, all);
    if (takes_fault(t)) all.push_back(t);
}

}  // namespace

std::string to_string(const Fault& fault) {
    static const char* const rules[] = {"vjp", "jvp", "batched"};
    static const char* const changes[] = {"sign",
                                          "doubled",
                                          "dropped",
                                          "last_missing",
                                          "transposed",
                                          "reversed",
                                          "first_for_all",
                                          "inputs_exchanged",
                                          "output_for_input",
                                          "input_for_output",
                                          "without_cotangent"};
    return std::string(rules[static_cast<int>(fault.rule)]) + ' ' + std::to_string(fault.input) +
           ": " + changes[static_cast<int>(fault.change)];
}

std::vector<Tensor> operations(const Tensor& y, const std::vector<Tensor>& inputs) {
    std::vector<Tensor> all;
    std::set<const Node*> seen;
    for (const Tensor& x : inputs) seen.insert(x.node());
    visit(y, seen, all);
    return all;
}

Tensor with_fault(const Tensor& y, const std::vector<Tensor>& inputs, std::size_t place,
                  const Fault& fault) {
    std::map<const Node*, Tensor> known;
    for (const Tensor& x : inputs) known[x.node()] = x;
    return rebuilt(y, operations(y, inputs).at(place).node(), fault, known);
}

}  // namespace shikumi_test
