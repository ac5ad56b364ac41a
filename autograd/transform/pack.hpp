// Derivatives of operations of several outputs: what both modes do at a pack.
#pragma once

#include <vector>

#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/graph/node.hpp>

namespace shikumi::detail {

/// Outputs of a pack and their cotangents, by number; undefined where none is known.
struct PackCotangents {
    std::vector<Tensor> outputs, cotangents;

    /// Adds the cotangent of the output that is `node`.
    void add(const Node& node, const Tensor& cotangent);
};

/// The cotangents of the inputs of `pack`, undefined where zero; neither fitted to the inputs'
/// shapes yet. Throws GradientError where the rule gives another number of them.
std::vector<Tensor> pull_back(const Node& pack, PackCotangents known);

/// The tangents of the outputs of `pack`, given those of its inputs; undefined where zero. Throws
/// GradientError where the rule gives another number of them, or one that does not fit.
std::vector<Tensor> push_forward(const Node& pack, Tensors tangents);

/// The number of the output that `node` is of its pack.
inline std::size_t output_number(const Node& node) noexcept {
    return static_cast<const Projection&>(*node.op).index;
}

}  // namespace shikumi::detail
