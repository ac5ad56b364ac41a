// Planner: turns a pending graph into a Plan.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>

namespace shikumi::detail {

/// Orders a graph, groups its pointwise operations, decides which values become arrays and where
/// they live. Keeps its memory from one plan to the next.
class Planner {
public:
    /// The plan for computing the graph's roots and assigned values, and all that is held. Its node
    /// numbers are those of the graph without copies. Throws StateError where a node has neither
    /// value nor operation.
    const Plan& plan(const PendingGraph& graph);
    /// Where the latest plan has the value of a node of its graph. Only after plans without copies.
    struct Place {
        enum class Kind : std::uint8_t { outside, seen_through, computed } kind;
        bool stored;         // in the workspace
        bool updates;        // by one of the last steps, which give parameters their values
        std::uint32_t step;  // that computes it
    };
    Place place(std::uint32_t node) const noexcept;
    void clear() noexcept;

private:
    struct Info {
        enum class Kind : std::uint8_t { leaf, call, pointwise, reduction, view, stretch } kind;
        bool output = false;       // leaves the evaluation
        bool kept = false;         // it, or a view of it, is an output: its memory outlives the run
        bool viewed = false;       // a view of it is an output
        bool stored = false;       // needs an array
        bool from_leaves = false;  // pointwise, and only pointwise down to the leaves
        bool sinks = false;        // may as well be computed just before its readers
        bool feeds = false;        // read by another step
        bool assigned = false;     // a parameter's next value
        std::uint32_t array = 0;   // the node whose array holds its value
        std::uint32_t source = 0;  // what a pointwise consumer reads in its place
        std::uint32_t level = 0;
        std::uint32_t limit = ~0U;        // the latest level at which all consumers still follow
        std::uint32_t cluster = 0;        // of a group's member: the step's cluster
        std::uint32_t reducer = 0;        // reduction: in reducers_
        std::uint32_t position = 0;       // its step's place in the order
        std::uint32_t last_read = 0;      // the last step that reads its array, plus one
        std::uint32_t last_reader = ~0U;  // and the node of that step that reads it last
        SlotIndex slot = no_slot;
    };
    using Kind = Info::Kind;
    struct Cluster {                         // nodes that make one group
        std::uint32_t first = 0, count = 0;  // in members_
        bool assigns = false, feeds = false;
        std::uint32_t level = 0, first_node = 0;
        std::uint32_t reducer = ~0U;  // the first reduction's
    };
    struct Reading {  // of another group's value
        std::uint32_t value, cluster;
        auto operator<=>(const Reading&) const = default;
    };
    struct Order {
        bool last;
        std::uint32_t level, first_node;
        Step::Kind kind;
        std::uint32_t what;  // node of a call, or cluster
    };

    void classify();
    bool takes_blocks(std::uint32_t node);
    void find_arrays();
    void level();
    void cluster();
    bool joins_reductions(std::uint32_t node);
    void compute_again();
    std::vector<Reading> readings_of_cheap_values() const;
    void take_in(std::vector<Reading> again);
    void order();
    void assign_slots();
    void emit();
    void emit_call(std::uint32_t node);
    void emit_group(std::uint32_t cluster);
    std::uint32_t group_value(std::uint32_t source, Group& group, const Shape& space);
    std::uint32_t single_value(std::uint32_t source, Group& group);
    void stretch_over(std::uint32_t value, std::uint32_t source, const Shape& space);
    void shape_blocks(Group& group);
    void place_scratch(Group& group, std::span<const std::uint32_t> members);
    void place_totals(const Group& group);
    std::string program_of(std::span<const Instruction> instructions,
                           std::span<const std::uint32_t> members, const GroupValue* values,
                           std::vector<std::uint32_t>& numbers) const;
    void recognise_runs(Group& group, std::span<const std::uint32_t> members);
    void number_by_slots(const Group& group);
    void place_in_workspace();
    void find_ending(std::uint32_t node, std::vector<std::uint32_t>& arrays) const;
    void choose_in_place();
    bool reads_after_write(std::uint32_t old_leaf, std::uint32_t value) const;
    void number_without_copies();

    bool blockwise(std::uint32_t node) const {
        return info_[node].kind == Kind::pointwise || info_[node].kind == Kind::reduction;
    }
    // The elements that a group with `node` goes through.
    const Shape& space(std::uint32_t node) const {
        return (*graph_)[info_[node].kind == Kind::reduction ? graph_->inputs(node)[0] : node]
            .spec.shape;
    }
    bool same_group_possible(std::uint32_t source, std::uint32_t consumer) const {
        return info_[source].kind == Kind::pointwise && blockwise(consumer) &&
               (*graph_)[source].spec.shape == space(consumer);
    }
    bool same_group(std::uint32_t source, std::uint32_t consumer) const {
        return same_group_possible(source, consumer) &&
               info_[source].cluster == info_[consumer].cluster;
    }
    // Calls f(array or pointwise node that `node`'s step reads, input number).
    template <class F>
    void for_each_read(std::uint32_t node, F&& f) const {
        const bool through = blockwise(node);
        std::uint32_t i = 0;
        for (const std::uint32_t input : graph_->inputs(node))
            f(through ? info_[input].source : info_[input].array, i++);
    }
    SlotIndex slot_of(std::uint32_t node);

    const PendingGraph* graph_ = nullptr;  // while it is planned
    Plan plan_;
    std::vector<Info> info_;
    std::vector<kernels::Reducer> reducers_;
    std::vector<Cluster> clusters_;
    std::vector<std::uint32_t> members_;
    std::vector<Order> order_;

    // While a group is emitted: the number of each node's value in it.
    struct Local {
        std::uint32_t cluster = ~0U, value = 0, last_read = 0;
        bool computed = false;  // by the group itself
    };
    std::vector<Local> local_;
    std::vector<Local> single_;  // as a number that is not stretched
    std::uint32_t emitting_ = 0;
    std::size_t block_bytes_ = 0;     // the largest block of a group that is a single one
    std::vector<const Spec*> specs_;  // of a call's inputs
};

}  // namespace shikumi::detail
