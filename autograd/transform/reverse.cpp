#include <shikumi/autograd/transform/reverse.hpp>

namespace shikumi {

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
    reaches_.assign(n, false);
    for (std::uint32_t i = 0; i < n; ++i) {
        reaches_[i] = target[i];
        for (const std::uint32_t input : walk.inputs(i))
            reaches_[i] = reaches_[i] || reaches_[input];
    }
    cotangents.assign(n, Tensor());
    cotangents[n - 1] = cotangent;
    for (std::uint32_t i = n; i-- > 0;) {
        if (!reaches_[i] || !cotangents[i].defined()) continue;
        const auto inputs = walk.inputs(i);
        if (!inputs.empty()) {
            const Node& node = walk[i];
            const Tensor out = Tensor::of(&node);
            const Scope scope(node.scope);
            for (std::uint32_t k = 0; k < inputs.size(); ++k) {
                const std::uint32_t input = inputs[k];
                const Spec spec = walk[input].spec;
                if (!reaches_[input] || !is_floating(spec.dtype)) continue;
                const Tensor given =
                    node.op->vjp(static_cast<int>(k), node.inputs(), out, cotangents[i]);
                if (!given.defined()) continue;
                Tensor g = fitted(given, spec, *node.op, "cotangent");
                Tensor& sum = cotangents[input];
                sum = sum.defined() ? sum + g : std::move(g);
            }
        }
        if (!target[i]) cotangents[i] = Tensor();
    }
}

}  // namespace shikumi
