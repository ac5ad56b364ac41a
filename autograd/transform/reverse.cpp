#include <shikumi/autograd/transform/reverse.hpp>

#include <shikumi/autograd/ops/detail/gradients.hpp>

namespace shikumi::detail {

Tensor fitted(const Tensor& t, const Spec& spec, const Op& op, std::string_view what) {
    if (t.spec() == spec) return t;
    if (t.dtype() != spec.dtype)
        fail<GradientError>(op.name(), "its rule gave a ", what, " ", t.spec(), ", wanted ", spec);
    try {
        const Shape wider = broadcast(op.name(), t.shape(), spec.shape);
        if (wider == t.shape()) return sum_to(t, spec.shape);
        if (wider == spec.shape) return broadcast_to(t, spec.shape);
    } catch (const ShapeError&) {  // said better below
    }
    fail<GradientError>(op.name(), "its rule gave a ", what, " ", t.spec(), ", wanted ", spec);
}

void Reverse::propagate(const Tensor& cotangent) {
    const std::uint32_t n = walk.size();
    for (std::uint32_t i = 0; i < n; ++i) {
        for (const std::uint32_t input : walk.inputs(i)) {
            if (ways_[i] == Way::none && ways_[input] != Way::none) ways_[i] = Way::leads;
        }
    }
    cotangents.resize(n);
    cotangents[n - 1] = cotangent;
    for (std::uint32_t i = n; i-- > 0;) {
        if (ways_[i] == Way::none || !cotangents[i].defined()) continue;
        const auto inputs = walk.inputs(i);
        const Tensor own = wanted(i) ? cotangents[i] : std::move(cotangents[i]);
        if (inputs.empty()) continue;
        const Node& node = walk[i];
        const Tensor out = Tensor::of(&node);
        const Scope scope(node.scope);
        for (std::uint32_t k = 0; k < inputs.size(); ++k) {
            const std::uint32_t input = inputs[k];
            const Spec& spec = walk[input].spec;
            if (ways_[input] == Way::none || !is_floating(spec.dtype)) continue;
            Tensor g = node.op->vjp(static_cast<int>(k), node.inputs(), out, own);
            if (!g.defined()) continue;
            if (g.spec() != spec) g = fitted(g, spec, *node.op, "cotangent");
            Tensor& sum = cotangents[input];
            if (sum.defined())
                sum = sum + g;
            else
                sum = std::move(g);
        }
    }
}

}  // namespace shikumi::detail
