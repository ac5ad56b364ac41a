// BatchedGraph: a graph of one example rebuilt for a batch of them.
#pragma once

#include <vector>

#include <shikumi/autograd/transform/detail/rebuild.hpp>

namespace shikumi::detail {

/// Rebuilds a graph by the batching rules of its operations. What replaces a tensor has one axis
/// more, in front, of the batch's size.
class BatchedGraph : public Rebuild {
public:
    BatchedGraph(Index size, std::span<const Tensor> roots,
                 std::span<const Replacement> replacements, std::span<const Tensor> stops = {})
        : Rebuild(roots, replacements, stops), size_(size) {}

protected:
    Tensor rebuilt(const Node& node, Tensors in, const std::vector<bool>& replaced) override;
    std::vector<Tensor> rebuilt_all(const Node& pack, Tensors in,
                                    const std::vector<bool>& replaced) override;

private:
    Index size_;
};

/// `roots` for a batch, each with the axis in front, whether it depends on what is replaced or not.
std::vector<Tensor> batched(Index size, const std::vector<Tensor>& roots,
                            std::span<const Replacement> replacements,
                            std::span<const Tensor> stops = {});

}  // namespace shikumi::detail
