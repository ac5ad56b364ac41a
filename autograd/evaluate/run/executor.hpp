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

/// One running evaluation: the addresses of a plan's slots, and the memory behind them.
class Executor {
public:
    /// Takes all the memory that the plan needs: after this nothing can run out. A kept value whose
    /// node has memory already is written there.
    void bind(const Plan& plan, Nodes nodes, std::span<const Assignment> assignments);
    /// Computes. Throws what an operation's `eval` throws, with the place; nothing is changed then.
    void run(const Plan& plan, Timer& timer);
    /// Gives the outputs' nodes their values.
    void publish(const Plan& plan, Nodes nodes) noexcept;
    /// Lets go of the memory, but for what a small plan needs.
    void release() noexcept;

private:
    static constexpr std::uint64_t no_plan = ~std::uint64_t{0};

    void lay_out(const Plan& plan);
    void run_steps(const Plan& plan, std::span<const Step> steps);
    void run_call(const Plan& plan, const Call& call);
    void run_group(const Plan& plan, const Group& group);
    void run_blocks(const Plan& plan, const Group& group, Index first, Index last,
                    std::byte* scratch, void** at) const;
    void run_block(const Plan& plan, const Group& group, Index start, Index count, bool first,
                   void* const* at) const;

    std::uint64_t bound_ = no_plan;  // whose places in the frame's memory the slots have
    std::vector<void*> slots_;
    // Where a value that has no memory yet is written: over an old leaf's, which it takes once all
    // has gone well, or to its own.
    struct Memory {
        const Node* old = nullptr;
        Buffer fresh = {};
    };
    std::vector<Memory> kept_;            // in the plan's order
    std::vector<const void*> addresses_;  // a call's inputs
    std::vector<ConstView> views_;
    Buffer workspace_;
    Buffer scratch_;
};

}  // namespace shikumi::detail
