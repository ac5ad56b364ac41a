// Reverse: one backward walk over the graph, which adds the nodes of the derivative.
#pragma once

#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/evaluate/lent.hpp>
#include <shikumi/autograd/evaluate/walk.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

/// A tensor as wide as `spec` from one that broadcasting made wider or left narrower: what both
/// modes owe every rule. Throws GradientError naming `op` where dtype or shape can't be its.
Tensor fitted(const Tensor& t, const Spec& spec, const Op& op, std::string_view what);

/// Cotangents of the nodes below one tensor.
class Reverse {
public:
    /// Propagates `cotangent` from `y` to the nodes for which `is_target` holds; below one for
    /// which `stop` holds it doesn't look.
    template <class IsTarget, class Stop>
    void run(const Tensor& y, const Tensor& cotangent, IsTarget&& is_target, Stop&& stop) {
        const Node* const root = y.node();
        walk.run({&root, 1}, [&](const Node& node) {
            return node.op != nullptr && !node.has(Node::constant) && !stop(node);
        });
        target.assign(walk.size(), false);
        for (std::uint32_t i = 0; i < walk.size(); ++i) target[i] = is_target(walk[i]);
        propagate(cotangent);
    }
    void clear() noexcept {
        walk.clear();
        cotangents.clear();
    }
    bool worth_keeping() const noexcept { return walk.capacity() <= largest_kept_walk; }

    Walk walk;
    std::vector<bool> target;
    std::vector<Tensor> cotangents;  // by position; defined for targets that y depends on

private:
    void propagate(const Tensor& cotangent);
    std::vector<bool> reaches_;  // leads to a target
};

}  // namespace shikumi
