// GraphSignature: what a plan depends on in a graph, to find out whether a new graph has it too.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>

namespace shikumi::detail {

/// Equal for graphs of the same operations, shapes, dtypes and edges.
std::uint64_t structure_hash(const PendingGraph& graph) noexcept;

/// The operations, shapes, dtypes and edges of a graph, and which nodes somebody else holds. Values
/// are no part of it. Keeps the operations alive, so that their addresses tell them apart.
class GraphSignature {
public:
    explicit GraphSignature(const PendingGraph& graph);
    ~GraphSignature();
    GraphSignature(const GraphSignature&) = delete;
    GraphSignature& operator=(const GraphSignature&) = delete;

    /// True where the graph of these roots and assignments has this signature; `nodes` are its
    /// nodes then, by their positions in the signature's graph. Follows the graph from the roots
    /// down and leaves no marks, which is faster than a traversal.
    bool matches(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                 std::vector<const Node*>& nodes) const;
    /// The number of nodes.
    std::size_t size() const noexcept { return checks_.size(); }

private:
    struct Check {
        const Op* op = nullptr;  // null: a value that is known
        const std::string* scope = nullptr;
        Spec spec;
        bool has_buffer = false;  // a leaf's value lies in a buffer, not in the node
        bool root = false;
        bool held = false;  // by somebody outside the graph
        std::uint32_t edges = 0, uses = 0;
    };
    // A position, and whether following the graph comes to it here for the first time.
    struct Visit {
        std::uint32_t position : 31;
        std::uint32_t first : 1;
    };

    void describe_nodes(const PendingGraph& graph);
    void describe_edges(const PendingGraph& graph);
    bool same_depth(std::span<const Tensor> roots,
                    std::span<const Assignment> assignments) const noexcept;

    std::vector<Check> checks_;
    std::vector<Visit> edges_;            // of all nodes, the last one's first
    std::vector<Visit> roots_;            // the roots, then the assigned values
    std::vector<std::uint32_t> weights_;  // of the roots: other depths are refused at once
    std::vector<Position> old_values_;    // of the assigned parameters; `none`: not in the graph
};

}  // namespace shikumi::detail
