// Interpreter: runs a graph as it stands, node by node, without a plan.
#pragma once

#include <span>
#include <vector>

#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/kernels/view.hpp>
#include <shikumi/autograd/memory/buffer.hpp>

namespace shikumi::detail {

/// Runs graphs of many small operations that may come only once, such as those whose depth changes
/// from step to step: a plan would take longer than the run. The values have the same bits.
class Interpreter {
public:
    /// True where fusion and the reuse of memory would save nothing.
    static bool suits(const PendingGraph& graph) noexcept;
    /// Computes the graph and gives its outputs their values. A failed run leaves every tensor as
    /// it was.
    void run(const PendingGraph& graph);
    /// Ends the evaluation. Large memory goes.
    void release() noexcept;

private:
    void take_memory(const PendingGraph& graph);
    void compute(const PendingGraph& graph, Position i);
    void expand_broadcasts(const Shape& shape);
    void publish(const PendingGraph& graph) noexcept;

    std::vector<Position> outputs_;
    std::vector<void*> data_;             // by position
    std::vector<Buffer> output_buffers_;  // by position: of arrays that an output shows
    std::vector<ConstView> views_;        // of the node that is computed
    Buffer workspace_, broadcasts_;
};

}  // namespace shikumi::detail
