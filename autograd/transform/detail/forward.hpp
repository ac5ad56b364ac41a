// Forward: one pass up the graph, which adds the nodes of the tangents.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include <shikumi/autograd/graph/traversal.hpp>

namespace shikumi::detail {

/// Tangents from the tensors that have one to `roots`. A tensor's own is added to that which
/// reaches it from others in the list, so that a root's is Σ gradient · tangent.
class Forward {
public:
    Forward(std::string_view op, std::span<const Node* const> roots, std::span<const Tensor> wrt,
            std::span<const Tensor> tangents);
    /// Those of the roots.
    std::vector<Tensor> tangents();

private:
    Tensor pushed(std::uint32_t i);

    std::vector<std::uint32_t> roots_;  // positions
    Traversal walk_;
    std::vector<Tensor> tangents_, of_inputs_;
    std::map<std::uint32_t, std::vector<Tensor>> of_outputs_;  // by the position of the pack
};

}  // namespace shikumi::detail
