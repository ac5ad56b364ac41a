// Interpreter: a graph that is run as it stands, node by node.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/traversal.hpp>
#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::detail {

/// A graph of many small operations that may never come again, such as one whose depth changes
/// from step to step, is computed sooner than a plan of it is made. The values have the same bits.
class Interpreter {
public:
    /// Walks over the graph below these roots and assigned values.
    void look_at(std::span<const Tensor> roots, std::span<const Assignment> assignments);
    /// The same for graphs of the same operations, shapes and edges.
    std::uint64_t hash() const noexcept;
    /// True where `run` will do: nothing would be gained by fusion or by using memory again.
    bool small() const noexcept;
    /// Computes the roots and what is held. A failed run leaves every tensor as it was.
    void run();
    void clear() noexcept;

private:
    void find_arrays();
    void find_held();
    void find_places();
    void compute(std::uint32_t i);
    void publish() noexcept;

    Traversal walk_;
    std::vector<const Node*> roots_;
    std::vector<std::uint32_t> uses_;
    std::vector<std::uint32_t> arrays_;  // by position: itself, or whose values a view shows
    std::vector<void*> data_;            // by position
    std::vector<Buffer> kept_;           // by position: of arrays that a held node shows
    std::vector<std::uint32_t> held_;
    std::vector<ConstView> views_;
    Buffer workspace_, stretched_;
};

}  // namespace shikumi::detail
