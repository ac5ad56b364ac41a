// Rebuild: a graph recorded again above other inputs.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/traversal.hpp>

namespace shikumi::detail {

/// A tensor of a graph and what takes its place.
struct Replacement {
    Tensor tensor, by;
};
/// Each tensor and what takes its place, of two lists of one length.
std::vector<Replacement> replacements_of(const std::vector<Tensor>& tensors,
                                         const std::vector<Tensor>& by);

/// The nodes between some roots and the tensors that are replaced, recorded again. All other nodes
/// stay as they are.
class Rebuild {
public:
    Rebuild(std::span<const Tensor> roots, std::span<const Replacement> replacements,
            std::span<const Tensor> stops = {});
    virtual ~Rebuild() = default;
    Rebuild(const Rebuild&) = delete;
    Rebuild& operator=(const Rebuild&) = delete;

    /// What takes the place of each root; undefined where it depends on nothing that is replaced.
    std::vector<Tensor> run();
    /// The inputs of nodes that are to be rebuilt that are neither such nodes nor replaced, each
    /// once.
    std::vector<Tensor> kept() const;

protected:
    /// What takes the place of `node`, whose inputs were `replaced` or stay as they are. By default
    /// its operation is recorded on them.
    virtual Tensor rebuilt(const Node& node, Tensors in, const std::vector<bool>& replaced);
    /// The same for the outputs of a pack.
    virtual std::vector<Tensor> rebuilt_all(const Node& pack, Tensors in,
                                            const std::vector<bool>& replaced);

private:
    void rebuild(std::uint32_t i);

    std::vector<Tensor> roots_;
    Traversal walk_;
    std::vector<std::uint32_t> root_positions_;
    std::vector<Tensor> by_;                                // by position
    std::vector<bool> replaced_;                            // or to be rebuilt
    std::map<std::uint32_t, std::vector<Tensor>> outputs_;  // of packs, by position
};

}  // namespace shikumi::detail
