// PlanCache: a plan that was made once serves every later graph with the same signature.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/run/graph_signature.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>

namespace shikumi::detail {

/// The plans that one thread keeps.
class PlanCache {
public:
    /// The plan for this graph within this memory budget, and its nodes by the plan's numbers; null
    /// where there is none.
    const Plan* find(std::span<const Tensor> roots, std::span<const Assignment> assignments,
                     std::size_t budget, std::vector<const Node*>& nodes);
    /// True where a graph of this structure came before with this budget and its plan was not kept.
    /// A plan is worth keeping from the second time on.
    bool seen_before(const PendingGraph& graph, std::size_t budget);
    /// Keeps a copy of the plan in the place of an older one. A plan too large is not kept.
    void keep(const Plan& plan, const PendingGraph& graph, std::size_t budget);

private:
    struct Entry {
        Entry(const Plan& its_plan, const PendingGraph& graph, std::size_t its_budget)
            : signature(graph), plan(its_plan), budget(its_budget) {}
        GraphSignature signature;
        Plan plan;
        std::size_t budget;
        std::size_t next = 0;  // the entry that was used after this one the last time
    };
    static constexpr std::size_t most_entries = 32, most_seen = 64;
    // In nodes: beyond `large` a plan takes megabytes, and one such is kept; beyond `largest` none.
    static constexpr std::size_t large = std::size_t{1} << 16, largest = std::size_t{1} << 22;

    std::size_t place_for(std::size_t nodes);

    std::vector<std::unique_ptr<Entry>> entries_;
    std::size_t last_ = 0;            // the entry used last
    std::size_t replaced_ = 0;        // the entry replaced last
    std::deque<std::uint64_t> seen_;  // hashes of structures that came once
};

}  // namespace shikumi::detail
