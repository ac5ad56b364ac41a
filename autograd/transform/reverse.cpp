#include <shikumi/autograd/transform/reverse.hpp>

#include <string>

#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/transform/anomaly.hpp>

namespace shikumi::detail {

Tensor fitted(const Tensor& t, const Spec& spec, const Op& op, std::string_view what) {
    if (t.spec() == spec) return t;
    if (t.dtype() != spec.dtype)
        fail<GradientError>(op.name(), "its rule gave a ", what, " ", t.spec(), ", wanted ", spec);
    try {
        const Shape wider = broadcast(op.name(), t.shape(), spec.shape);
        if (wider == t.shape()) return sum_to(t, spec.shape);
        if (wider == spec.shape) return broadcast_to(t, spec.shape);
    } catch (const ShapeError&) {  // reported below
    }
    fail<GradientError>(op.name(), "its rule gave a ", what, " ", t.spec(), ", wanted ", spec);
}

// Adds what the rule of `op` gave for one of its inputs.
inline void Reverse::add(std::uint32_t input, Tensor cotangent, const Op& op) {
    if (!cotangent.defined()) return;
    const Spec& spec = walk[input].spec;
    if (cotangent.spec() != spec) cotangent = fitted(cotangent, spec, op, "cotangent");
    Tensor& sum = cotangents[input];
    if (sum.defined())
        sum = sum + cotangent;
    else
        sum = std::move(cotangent);
}

namespace {

// What a rule gives. An anomaly in it is one of the derivative.
template <class Rule>
auto by_rule(const Node& node, Rule&& rule) try {
    return rule();
} catch (AnomalyError& error) {
    error.add_context("in the derivative of " + std::string(node.op->name()));
    throw;
}

}  // namespace

void Reverse::seed(std::uint32_t position, const Tensor& cotangent) {
    add_to(cotangents[position], cotangent);
}

void Reverse::propagate() {
    const std::uint32_t n = walk.size();
    for (std::uint32_t i = 0; i < n; ++i) {
        for (const std::uint32_t input : walk.inputs(i)) {
            if (ways_[i] == Way::none && ways_[input] != Way::none) ways_[i] = Way::leads;
        }
    }
    for (std::uint32_t i = n; i-- > 0;) {
        if (ways_[i] == Way::none) continue;
        if (!cotangents[i].defined()) {
            if (!packs_.empty()) propagate_pack(i);
            continue;
        }
        const auto inputs = walk.inputs(i);
        const Tensor own = wanted(i) ? cotangents[i] : std::move(cotangents[i]);
        if (inputs.empty()) continue;
        const Node& node = walk[i];
        const Tensor out = Tensor::of(&node);
        const Scope scope(node.scope);
        for (std::uint32_t k = 0; k < inputs.size(); ++k) {
            const std::uint32_t input = inputs[k];
            if (ways_[input] == Way::none) continue;
            if (!is_floating(walk[input].spec.dtype)) {
                if (multi_output(walk[input])) packs_[input].add(node, own);
                continue;
            }
            Tensor pulled = by_rule(
                node, [&] { return node.op->vjp(static_cast<int>(k), node.inputs(), out, own); });
            add(input, std::move(pulled), *node.op);
        }
    }
}

// All consumers of a pack are its outputs, which have been dealt with before.
void Reverse::propagate_pack(std::uint32_t position) {
    const auto pack = packs_.find(position);
    if (pack == packs_.end()) return;
    const Node& node = walk[position];
    const Scope scope(node.scope);
    std::vector<Tensor> pulled =
        by_rule(node, [&] { return pull_back(node, std::move(pack->second)); });
    const auto inputs = walk.inputs(position);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        if (ways_[inputs[k]] != Way::none && is_floating(walk[inputs[k]].spec.dtype))
            add(inputs[k], std::move(pulled[k]), *node.op);
    }
}

}  // namespace shikumi::detail
