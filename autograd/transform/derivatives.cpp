#include <shikumi/autograd/transform/derivatives.hpp>

#include <span>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/detail/checks.hpp>
#include <shikumi/autograd/transform/detail/forward.hpp>
#include <shikumi/autograd/transform/reverse.hpp>

namespace shikumi {

using namespace detail;

namespace {

std::vector<const Node*> nodes_of(const std::vector<Tensor>& tensors) {
    std::vector<const Node*> nodes;
    for (const Tensor& t : tensors) nodes.push_back(t.node());
    return nodes;
}

void refuse_consumed(std::string_view op, const Traversal& walk) {
    for (const Node* node : walk.nodes()) {
        if (node->has(Node::consumed))
            fail<GradientError>(
                op,
                "no path leads to the tensors asked for, and part of the graph was consumed by an "
                "optimiser's step or in a captured function: record it again");
    }
}

// The cotangents of `wrt` after a walk from `roots`; undefined where there is none. The walk stays
// in `reverse`.
std::vector<Tensor> pulled_by(Reverse& reverse, std::span<const Node* const> roots,
                              std::span<const Tensor> cotangents, const std::vector<Tensor>& wrt) {
    const Node* const only = wrt.size() == 1 ? wrt[0].node() : nullptr;
    reverse.walk_from(roots, [only](const Node& node) { return &node == only; });
    for (const Tensor& x : wrt) {
        const std::int64_t position = reverse.walk.position(*x.node());
        reverse.targets.push_back(position);
        if (position >= 0) reverse.want(static_cast<std::uint32_t>(position));
    }
    // All positions before anything is recorded, which may walk elsewhere.
    for (const Node* root : roots) reverse.targets.push_back(reverse.walk.position(*root));
    for (std::size_t k = 0; k < roots.size(); ++k)
        reverse.seed(static_cast<std::uint32_t>(reverse.targets[wrt.size() + k]), cotangents[k]);
    reverse.propagate();
    std::vector<Tensor> found(wrt.size());
    for (std::size_t k = 0; k < wrt.size(); ++k) {
        if (reverse.targets[k] >= 0)
            found[k] = reverse.cotangents[static_cast<std::size_t>(reverse.targets[k])];
    }
    return found;
}

std::vector<Tensor> pull(std::string_view op, std::span<const Node* const> roots,
                         std::span<const Tensor> cotangents, const std::vector<Tensor>& wrt,
                         const DerivativeOptions& options) {
    for (const Tensor& x : wrt) check_floating(op, x);
    const ThreadCache<Reverse> reverse;
    std::vector<Tensor> found = pulled_by(*reverse, roots, cotangents, wrt);
    bool any = false;
    for (const Tensor& t : found) any = any || t.defined();
    if (!any) refuse_consumed(op, reverse->walk);
    for (std::size_t k = 0; k < wrt.size(); ++k) {
        if (found[k].defined()) continue;
        refuse_former(op, reverse->walk, wrt[k]);
        if (options.strict)
            fail<GradientError>(op, "the function doesn't depend on tensor ", k, ", ",
                                wrt[k].spec(), ", or only through constants");
        found[k] = zeros_like(wrt[k]);
    }
    return found;
}

}  // namespace

std::vector<Tensor> detail::variables(std::string_view op, const std::vector<Tensor>& x) {
    if (recording.no_grad)
        fail<StateError>(op, "nothing can be differentiated that is recorded under NoGrad");
    std::vector<Tensor> out;
    for (const Tensor& t : x) {
        check_floating(op, t);
        out.push_back(identity(t));
    }
    return out;
}

void detail::want_defined(std::string_view op, const std::vector<Tensor>& y) {
    for (const Tensor& t : y) {
        if (!t.defined()) fail<StateError>(op, "the function gave an empty Tensor");
    }
}

std::vector<Tensor> detail::gradients(std::string_view op, const Tensor& y,
                                      const std::vector<Tensor>& wrt,
                                      const DerivativeOptions& options) {
    check_scalar(op, y);
    const Node* const root = y.node();
    const Tensor one = ones_like(y);
    return pull(op, {&root, 1}, {&one, 1}, wrt, options);
}

std::vector<Tensor> detail::pulled_back(std::string_view op, const std::vector<Tensor>& y,
                                        const std::vector<Tensor>& wrt,
                                        const std::vector<Tensor>& cotangents,
                                        const DerivativeOptions& options) {
    check_count(op, "cotangent", cotangents.size(), y.size());
    std::vector<const Node*> roots;
    std::vector<Tensor> seeds;
    for (std::size_t k = 0; k < y.size(); ++k) {
        if (!is_floating(y[k].dtype()) || !cotangents[k].defined()) continue;
        check_like(op, "cotangent", cotangents[k], y[k]);
        roots.push_back(y[k].node());
        seeds.push_back(cotangents[k]);
    }
    return pull(op, roots, seeds, wrt, options);
}

std::vector<Tensor> detail::pushed_forward(std::string_view op, const std::vector<Tensor>& y,
                                           const std::vector<Tensor>& wrt,
                                           const std::vector<Tensor>& tangents) {
    check_count(op, "tangent", tangents.size(), wrt.size());
    for (std::size_t k = 0; k < wrt.size(); ++k) {
        check_floating(op, wrt[k]);
        check_like(op, "tangent", tangents[k], wrt[k]);
    }
    Forward forward(op, nodes_of(y), wrt, tangents);
    return forward.tangents();
}

std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& wrt,
                         const DerivativeOptions& options) {
    return gradients("grad", y, wrt, options);
}

std::vector<Tensor> vjp(const Tensor& y, const std::vector<Tensor>& wrt, const Tensor& cotangent,
                        const DerivativeOptions& options) {
    check_like("vjp", "cotangent", cotangent, y);
    const Node* const root = y.node();
    return pull("vjp", {&root, 1}, {&cotangent, 1}, wrt, options);
}
std::vector<Tensor> vjp(const std::vector<Tensor>& y, const std::vector<Tensor>& wrt,
                        const std::vector<Tensor>& cotangents, const DerivativeOptions& options) {
    want_defined("vjp", y);
    return pulled_back("vjp", y, wrt, cotangents, options);
}

Tensor jvp(const Tensor& y, const std::vector<Tensor>& wrt, const std::vector<Tensor>& tangents) {
    return pushed_forward("jvp", {y}, wrt, tangents)[0];
}
std::vector<Tensor> jvp(const std::vector<Tensor>& y, const std::vector<Tensor>& wrt,
                        const std::vector<Tensor>& tangents) {
    want_defined("jvp", y);
    return pushed_forward("jvp", y, wrt, tangents);
}

}  // namespace shikumi
