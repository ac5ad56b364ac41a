// Recognising a graph: a plan that was made once serves every later graph of the same structure.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>

namespace shikumi::detail {

/// What a graph looks like: operations, shapes, dtypes, edges, and who is held. Values are not part
/// of it.
class GraphSignature {
public:
    /// Takes down this graph.
    void describe(const PendingGraph& graph);
    /// True where the graph of these roots and assignments is this one; `nodes` are its nodes then,
    /// numbered as they were described. Follows the graph from the roots down, without marks.
    bool matches(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                 std::vector<const Node*>& nodes) const;
    std::size_t size() const noexcept { return checks_.size(); }

    /// Keeps the operations alive, so that an address means the same operation.
    void retain() const noexcept;
    void release() const noexcept;

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

    std::vector<Check> checks_;
    std::vector<Visit> edges_;               // of all nodes, the last one's first
    std::vector<Visit> roots_;               // the roots, then the assigned values
    std::vector<std::uint32_t> weights_;     // theirs: another depth is seen at once
    std::vector<std::uint32_t> old_leaves_;  // where each assignment's old value is, or `none`
};

/// One thread's plans.
class PlanCache {
public:
    PlanCache() = default;
    ~PlanCache();
    PlanCache(const PlanCache&) = delete;
    PlanCache& operator=(const PlanCache&) = delete;

    /// The plan for this graph within this memory budget, with its nodes; null where there is none
    /// yet.
    const Plan* find(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                     std::size_t budget, std::vector<const Node*>& nodes);
    /// True where a graph of this hash came before and no plan was kept: most structures that come
    /// twice stay.
    bool seen_before(std::uint64_t hash);
    void keep(const Plan& plan, const PendingGraph& graph, std::size_t budget);

private:
    struct Entry {
        GraphSignature structure;
        Plan plan;
        std::size_t budget;
        std::size_t next = 0;  // the entry that was used after this one the last time
    };
    static constexpr std::size_t most_entries = 32, most_seen = 64;
    // Nodes: beyond `large` a plan takes megabytes, and one such is kept; beyond `largest` none.
    static constexpr std::size_t large = std::size_t{1} << 16, largest = std::size_t{1} << 22;

    std::vector<std::unique_ptr<Entry>> entries_;
    std::size_t last_ = 0;            // the entry used last
    std::size_t replaced_ = 0;        // the entry that makes room next
    std::deque<std::uint64_t> seen_;  // hashes of structures that came once
};

}  // namespace shikumi::detail
