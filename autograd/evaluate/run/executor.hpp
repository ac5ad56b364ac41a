// Executor: binds a plan to memory, runs it, publishes the results.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/profile/timer.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/node.hpp>

namespace shikumi::detail {

/// The nodes that a plan's numbers stand for.
using Nodes = std::span<const Node* const>;

/// Runs plans, one evaluation after another: `bind`, `run`, `publish`, `release`. Holds the memory
/// behind the plan's slots while an evaluation runs; what small plans need stays for the next one.
class Executor {
public:
    /// Gives every slot an address. Takes all the memory that the plan needs: nothing runs out
    /// later. A node that is to get a value and has memory already is written there.
    void bind(const Plan& plan, Nodes nodes, std::span<const Assignment> assignments);
    /// Computes. Throws what an operation's `eval` throws, with the layer; no node and no parameter
    /// has changed then.
    void run(const Plan& plan, Timer& timer);
    /// Gives the outputs' nodes their values.
    void publish(const Plan& plan, Nodes nodes) noexcept;
    /// Ends the evaluation. Large memory goes.
    void release() noexcept;

private:
    static constexpr std::uint64_t no_plan = ~std::uint64_t{0};
    // The memory that an output's value is written to: fresh, or an old leaf's, which the output
    // takes over when all has gone well.
    struct OutputMemory {
        const Node* overwritten = nullptr;
        Buffer fresh = {};
    };

    void lay_out_memory(const Plan& plan);
    void* take_output_memory(const OutputBuffer& output, const Node* old_value);

    void run_steps(const Plan& plan, std::span<const Step> steps);
    void run_call(const Plan& plan, const Call& call);
    void run_group(const Plan& plan, const FusionGroup& group);
    void run_in_blocks(const Plan& plan, const FusionGroup& group);
    void run_blocks(const Plan& plan, const FusionGroup& group, Index first, Index last,
                    std::byte* scratch) const;
    void run_block(const Plan& plan, const FusionGroup& group, Index start, Index count, bool first,
                   void* const* values) const;
    void expand_broadcasts(const Plan& plan, const FusionGroup& group, Index start, Index count,
                           bool first, void* const* values) const;
    std::byte* scratch() const noexcept { return static_cast<std::byte*>(scratch_.data()); }

    std::uint64_t laid_out_ = no_plan;    // the plan whose slots point into workspace and scratch
    std::vector<void*> slots_;            // addresses
    std::vector<OutputMemory> outputs_;   // in the plan's order; none for those with memory
    std::vector<const void*> addresses_;  // of a call's inputs
    std::vector<ConstView> views_;        // of a call's inputs
    Buffer workspace_;
    Buffer scratch_;
};

}  // namespace shikumi::detail
