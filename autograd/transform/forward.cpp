#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/derivatives.hpp>
#include <shikumi/autograd/transform/detail/checks.hpp>
#include <shikumi/autograd/transform/detail/forward.hpp>
#include <shikumi/autograd/transform/pack.hpp>
#include <shikumi/autograd/transform/reverse.hpp>

namespace shikumi::detail {

namespace {

// The product with the transposed Jacobian is linear in the cotangent: its own derivative by the
// cotangent is the product with the Jacobian.
Tensor jvp_by_vjp(const Node& node, const Tensor& out, Tensors tangents) {
    const Tensor cotangent = identity(zeros_like(out));
    Tensor total;
    for (std::size_t i = 0; i < tangents.size(); ++i) {
        if (!tangents[i].defined()) continue;
        const Tensor pulled = node.op->vjp(static_cast<int>(i), node.inputs(), out, cotangent);
        if (!pulled.defined()) continue;
        const Tensor fit = fitted(pulled, node.inputs()[i].spec(), *node.op, "cotangent");
        add_to(total, vjp(fit, {cotangent}, tangents[i])[0]);
    }
    return total;
}

}  // namespace

Forward::Forward(std::string_view op, std::span<const Node* const> roots,
                 std::span<const Tensor> wrt, std::span<const Tensor> tangents) {
    const Node* const only = wrt.size() == 1 ? wrt[0].node() : nullptr;
    walk_.run(roots, [&](const Node& node) {
        return node.recorded() && !node.has(Node::constant) && &node != only;
    });
    for (const Node* root : roots)
        roots_.push_back(static_cast<std::uint32_t>(walk_.position(*root)));
    tangents_.resize(walk_.size());
    for (std::size_t k = 0; k < wrt.size(); ++k) {
        const std::int64_t position = walk_.position(*wrt[k].node());
        if (position >= 0)
            add_to(tangents_[static_cast<std::size_t>(position)], tangents[k]);
        else
            refuse_former(op, walk_, wrt[k]);
    }
}

std::vector<Tensor> Forward::tangents() {
    for (std::uint32_t i = 0; i < walk_.size(); ++i) add_to(tangents_[i], pushed(i));
    std::vector<Tensor> found;
    for (const std::uint32_t root : roots_)
        found.push_back(tangents_[root].defined() ? tangents_[root]
                                                  : zeros_like(Tensor::of(&walk_[root])));
    return found;
}

// What reaches node i from its inputs; undefined for zero.
Tensor Forward::pushed(std::uint32_t i) {
    const Node& node = walk_[i];
    of_inputs_.clear();
    bool any = false;
    for (const std::uint32_t input : walk_.inputs(i)) {
        of_inputs_.push_back(tangents_[input]);
        any = any || tangents_[input].defined();
    }
    if (!any) {
        if (of_outputs_.empty() || walk_.is_leaf(i)) return {};
        const auto pack = of_outputs_.find(walk_.inputs(i)[0]);
        return pack != of_outputs_.end() ? pack->second[output_number(node)] : Tensor();
    }
    if (!is_floating(node.spec.dtype)) {
        if (multi_output(node)) of_outputs_.emplace(i, push_forward(node, of_inputs_));
        return {};
    }
    const Tensor out = Tensor::of(&node);
    Tensor t = node.op->jvp(node.inputs(), out, of_inputs_);
    if (!t.defined()) t = jvp_by_vjp(node, out, of_inputs_);
    return t.defined() ? fitted(t, node.spec, *node.op, "tangent") : Tensor();
}

}  // namespace shikumi::detail
