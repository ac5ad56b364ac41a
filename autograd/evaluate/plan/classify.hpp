// How an evaluation comes by each value of a graph.
#pragma once

#include <cstdint>
#include <vector>

#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/kernels/reduce.hpp>

namespace shikumi::detail {

enum class NodeKind : std::uint8_t {
    known,      ///< has its value
    call,       ///< computed by an operation on whole arrays
    pointwise,  ///< computed block by block, in a fusion group
    reduction,  ///< fed block by block, by the group that computes its input
    view,       ///< lies in another node's array
    broadcast,  ///< expanded by whatever reads it
};

/// A pending graph, with the kind of each of its nodes. Refers to the graph.
class ClassifiedGraph {
public:
    const PendingGraph& graph() const noexcept { return *graph_; }
    NodeKind kind(Position i) const noexcept { return entries_[i].kind; }
    /// The node that a pointwise consumer of node i reads instead: what node i is a view of the
    /// same shape of, or the broadcast array.
    Position source(Position i) const noexcept { return entries_[i].source; }
    /// Of a reduction.
    const kernels::Reducer& reducer(Position i) const noexcept {
        return reducers_[entries_[i].reducer];
    }
    /// Makes a reduction that no group feeds a call.
    void make_call(Position reduction) noexcept { entries_[reduction].kind = NodeKind::call; }

    bool in_group(Position i) const noexcept {
        return kind(i) == NodeKind::pointwise || kind(i) == NodeKind::reduction;
    }
    /// True for what a step of the plan computes.
    bool computed(Position i) const noexcept { return in_group(i) || kind(i) == NodeKind::call; }
    /// The shape that a group with node i goes through.
    const Shape& space(Position i) const noexcept {
        const PendingGraph& graph = *graph_;
        return graph[kind(i) == NodeKind::reduction ? graph.inputs(i)[0] : i].spec.shape;
    }
    /// True where one group may compute both `source` and a `consumer` that reads it.
    bool can_fuse(Position source, Position consumer) const noexcept {
        return kind(source) == NodeKind::pointwise && in_group(consumer) &&
               (*graph_)[source].spec.shape == space(consumer);
    }
    /// Calls f(node, input number) for the array or the pointwise value that the step of a computed
    /// node reads as each input.
    template <class F>
    void for_each_read(Position node, F&& f) const {
        const bool blocks = in_group(node);
        std::uint32_t i = 0;
        for (const Position input : graph_->inputs(node))
            f(blocks ? source(input) : graph_->array(input), i++);
    }

private:
    friend ClassifiedGraph classify(const PendingGraph& graph);
    struct Entry {
        NodeKind kind = NodeKind::known;
        Position source = 0;
        std::uint32_t reducer = 0;  // in reducers_
    };
    explicit ClassifiedGraph(const PendingGraph& graph) : graph_(&graph), entries_(graph.size()) {}

    NodeKind kind_by_form(Position i);
    Position source_by_kind(Position i) const noexcept;
    bool add_reducer(Position i);
    void make_arrays_of_broadcasts();

    const PendingGraph* graph_;
    std::vector<Entry> entries_;
    std::vector<kernels::Reducer> reducers_;
};

/// Throws StateError where a node has neither a value nor an operation.
ClassifiedGraph classify(const PendingGraph& graph);

}  // namespace shikumi::detail
