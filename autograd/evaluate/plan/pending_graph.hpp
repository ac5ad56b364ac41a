// PendingGraph: what one evaluation is to compute, as all parts of the evaluator see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/traversal.hpp>

namespace shikumi::detail {

/// A node's place in the order of a PendingGraph.
using Position = std::uint32_t;

/// What a plan computes twice: `late` nodes read copies of the `dropped` ones. By position; no late
/// node is dropped.
struct Repetition {
    std::vector<bool> late, dropped;
};

/// A snapshot of the graph below the roots and the assigned values of an evaluation: pending nodes,
/// inputs before consumers, and the known values that they read. It keeps no node alive.
class PendingGraph {
public:
    static constexpr Position none = ~Position{0};

    PendingGraph() = default;
    PendingGraph(std::span<const Tensor> roots, std::span<const Assignment> assignments) {
        reset(roots, assignments);
    }
    /// Takes a new snapshot. Memory is reused.
    void reset(std::span<const Tensor> roots, std::span<const Assignment> assignments);
    /// This graph with copies: what a late node reads of a dropped one, it reads from a copy, which
    /// stands for the same node and comes shortly before. Copies read copies where their inputs are
    /// dropped. For graphs without copies.
    PendingGraph repeated(const Repetition& repetition) const;
    /// Forgets the nodes; memory stays for the next snapshot.
    void clear() noexcept;

    Position size() const noexcept { return static_cast<Position>(nodes_.size()); }
    std::size_t capacity() const noexcept { return nodes_.capacity(); }
    const Node& operator[](Position i) const noexcept { return *nodes_[i]; }
    std::span<const Node* const> nodes() const noexcept { return nodes_; }
    /// Positions of the inputs; none for a known value.
    std::span<const Position> inputs(Position i) const noexcept {
        return {edges_.data() + first_edge_[i], first_edge_[i + 1] - first_edge_[i]};
    }
    /// True where the value is still to be computed.
    bool pending(Position i) const noexcept { return nodes_[i]->data == nullptr; }
    /// Edges from consumers in the graph, copies not counted.
    std::uint32_t uses(Position i) const noexcept { return entries_[i].uses; }
    bool is_root(Position i) const noexcept { return entries_[i].root; }
    /// True where somebody holds the node beside the edges of this graph.
    bool held(Position i) const noexcept { return entries_[i].held; }
    /// True where the evaluation gives the node its value.
    bool is_output(Position i) const noexcept {
        return pending(i) && (entries_[i].root || entries_[i].held);
    }

    /// The node whose array holds the value: another one for a view.
    Position array(Position i) const noexcept { return entries_[i].array; }
    /// Where in that array the value begins, in bytes.
    std::size_t offset(Position i) const noexcept { return entries_[i].offset; }

    /// The roots, then the assigned values.
    std::span<const Position> roots() const noexcept { return roots_; }
    /// The assigned values, in the assignments' order.
    std::span<const Position> assigned() const noexcept { return roots().last(old_values_.size()); }
    /// What each assigned parameter has been until now; `none` where the graph doesn't read it.
    std::span<const Position> old_values() const noexcept { return old_values_; }
    /// `none` for a node that is not in the graph. Right only until this thread's next traversal.
    Position position(const Node& node) const noexcept;

    /// The node's position in the graph without copies.
    Position number(Position i) const noexcept { return numbers_.empty() ? i : numbers_[i]; }
    /// Where the node that position i computes again is computed first; i where it is no copy.
    Position original(Position i) const noexcept { return placed(number(i)); }
    bool is_copy(Position i) const noexcept { return original(i) != i; }

private:
    struct Entry {
        std::size_t offset = 0;
        Position array = 0;
        std::uint32_t uses = 0;
        bool root = false, held = false;
    };
    Position placed(Position number) const noexcept {
        return places_.empty() ? number : places_[number];
    }
    Position append(const Node* node, std::span<const Position> inputs);
    void find_array(Position i);

    Traversal traversal_;
    std::vector<const Node*> nodes_;
    std::vector<Position> edges_;
    std::vector<std::uint32_t> first_edge_{0};
    std::vector<Entry> entries_;
    std::vector<Position> roots_, old_values_;
    // Only with copies: the position in the graph without them, and back to the one of the
    // original.
    std::vector<Position> numbers_, places_;
};

}  // namespace shikumi::detail
