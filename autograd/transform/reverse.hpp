// Reverse: one backward pass over the graph, which adds the nodes of the derivative.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/traversal.hpp>
#include <shikumi/autograd/memory/thread_cache.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/pack.hpp>

namespace shikumi::detail {

/// `t`, which a rule of `op` gave, in the shape of `spec`: summed over axes that were broadcast, or
/// broadcast. Throws GradientError naming `op` where dtype or shape don't fit.
Tensor fitted(const Tensor& t, const Spec& spec, const Op& op, std::string_view what);

/// Cotangents of the nodes below some tensors.
class Reverse {
public:
    /// Goes down from `roots`, but not below a node for which `stop` holds.
    template <class Stop>
    void walk_from(std::span<const Node* const> roots, Stop&& stop) {
        walk.run(roots, [&](const Node& node) {
            return node.recorded() && !node.has(Node::constant) && !stop(node);
        });
        ways_.assign(walk.size(), Way::none);
        cotangents.resize(walk.size());
    }
    /// Adds to the cotangent of the node at `position`, a root.
    void seed(std::uint32_t position, const Tensor& cotangent);
    /// Asks for the cotangent of the node at `position`.
    void want(std::uint32_t position) { ways_[position] = Way::target; }
    bool wanted(std::uint32_t position) const { return ways_[position] == Way::target; }
    /// Propagates the roots' cotangents to the nodes that are wanted.
    void propagate();

    void clear() noexcept {
        walk.clear();
        cotangents.clear();
        targets.clear();
        packs_.clear();
    }
    bool worth_keeping() const noexcept { return walk.capacity() <= largest_kept_traversal; }

    Traversal walk;
    std::vector<Tensor> cotangents;     // by position; defined for what is wanted and depended on
    std::vector<std::int64_t> targets;  // the caller's positions, in its order; -1: not below

private:
    void add(std::uint32_t input, Tensor cotangent, const Op& op);
    void propagate_pack(std::uint32_t position);

    enum class Way : std::uint8_t { none, leads, target };
    std::vector<Way> ways_;  // whether a node is wanted or leads to one that is
    std::map<std::uint32_t, PackCotangents> packs_;  // by position
};

}  // namespace shikumi::detail
