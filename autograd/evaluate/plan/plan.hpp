// Plan: what one evaluation does, as numbers. It knows slots, not addresses, so that a later
// evaluation of an equal graph can be bound to the same plan.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/fused_updates.hpp>
#include <shikumi/autograd/kernels/prepared.hpp>
#include <shikumi/autograd/kernels/reduce.hpp>

namespace shikumi::detail {

/// Number of an address that the executor knows.
using SlotIndex = std::uint32_t;
inline constexpr SlotIndex no_slot = ~SlotIndex{0};

/// One array of an evaluation.
struct Operand {
    SlotIndex slot = no_slot;
    Spec spec;
};

/// One operation on whole arrays.
struct Call {
    const Op* op = nullptr;
    kernels::Prepared kernel = {};       // empty: `op.eval`
    const std::string* scope = nullptr;  // the layer it was recorded in
    Operand out;
    std::uint32_t first_input = 0, inputs = 0;  // in Plan::operands
};

/// A value that a group reads or writes while it goes through its elements: an array of the whole
/// space, which advances from block to block, a single number, or a block of scratch memory.
struct GroupValue {
    SlotIndex slot = no_slot;   // the array or number
    std::uint32_t scratch = 0;  // else: number of the block
    std::uint8_t element = 0;   // bytes that it advances by; 0 for a single number
};

/// A smaller array, expanded over the space block by block into scratch memory.
struct Broadcast {
    SlotIndex slot = no_slot;
    std::uint32_t value = 0;   // where to, numbered as the operands of an Instruction
    std::uint8_t element = 0;  // bytes
    bool constant = false;     // every block gets the same: expanded once
    int rank = 0;              // the space's axes, neighbours of one kind taken together
    std::array<Index, Shape::max_rank> sizes{};
    std::array<bool, Shape::max_rank> moves{};  // false: repeated along this axis
};

/// One pointwise operation on a block, a fused update in the place of several, or a reduction that
/// takes in a block. Its operands are values of its group by number, or slots where the group is a
/// single block.
struct Instruction {
    // One of the three; null: a reduction.
    kernels::BlockFunction kernel = nullptr;
    kernels::FusedFunction fused = nullptr;
    kernels::SlopeFunction with_slope = nullptr;
    // Of a reduction: the value, and its state. Of `with_slope`: x, and where the slope goes.
    std::array<std::uint32_t, 3> in{};
    std::uint32_t out = 0;
    std::uint32_t first = 0;  // in Plan::fused_values, or the number in Plan::reductions
    std::uint32_t count = 0;  // fused values, or inputs
};

/// A reduction of a value that a group computes.
struct GroupReduction {
    kernels::Reducer reducer;
    SlotIndex out = no_slot;
    std::size_t totals = 0;  // where all threads' totals lie in the executor's scratch memory
};

/// Pointwise operations of one iteration space, done block by block, and reductions of what they
/// give, all with the same tree.
struct FusionGroup {
    const std::string* scope = nullptr;  // the first layer that one of them was recorded in
    std::uint32_t first_operation = 0, operations = 0;  // in Plan::group_operations
    Index size = 0;                                     // elements
    Index block = 0;                                    // elements at a time
    bool single_block = false;                          // all of them
    Index piece = 0;                                    // elements that one thread takes at a time
    std::uint32_t first_value = 0, values = 0;
    std::uint32_t first_broadcast = 0, broadcasts = 0;
    std::uint32_t first_instruction = 0, instructions = 0;
    std::uint32_t first_reduction = 0, reductions = 0;
    std::uint32_t scratch_blocks = 0;
    std::size_t scratch_bytes = 0;  // of one of them

    /// What a thread needs to run it: the blocks, then an address for each value.
    std::size_t scratch() const noexcept {
        return scratch_blocks * scratch_bytes + values * sizeof(void*);
    }
};

struct Step {
    enum class Kind : std::uint8_t { call, group } kind;
    std::uint32_t index;  // in Plan::calls or Plan::groups
};

/// A value that leaves the evaluation: node `node` gets the array of node `array`, itself or, for
/// a view, another one, from byte `offset` on.
struct Output {
    std::uint32_t node = 0, array = 0;
    std::size_t offset = 0;
};

/// A slot whose memory outlives the evaluation.
struct OutputBuffer {
    SlotIndex slot = no_slot;
    std::size_t bytes = 0;
    // The assignment whose old value it may overwrite, if at binding nobody holds that but the
    // parameter and `old_edges` edges of this graph.
    std::uint32_t in_place_of = ~0U;
    std::uint32_t old_edges = 0;
    bool scalar = false;  // lives in its node
    std::uint32_t node = 0;
};

struct Plan {
    std::uint64_t number = 0;  // no other planning gave this one
    std::vector<Step> steps;
    std::vector<Call> calls;
    std::vector<Operand> operands;
    std::vector<FusionGroup> groups;
    std::vector<GroupValue> values;
    std::vector<Broadcast> broadcasts;
    std::vector<const Op*> group_operations;  // also those that a fused update replaces
    std::vector<Instruction> instructions;
    std::vector<GroupReduction> reductions;
    std::vector<std::uint32_t> fused_values;

    std::uint32_t slots = 0;
    std::uint32_t most_inputs = 0;  // of a call
    struct Leaf {
        std::uint32_t node;
        SlotIndex slot;
    };
    std::vector<Leaf> leaves;
    std::vector<OutputBuffer> output_buffers;
    std::vector<Output> outputs;
    // Assignments whose value is no fresh node of their own, so that the parameter gets another.
    std::uint32_t extra_leaves = 0;
    struct WorkspaceSlot {
        SlotIndex slot;
        std::size_t offset;
    };
    std::vector<WorkspaceSlot> workspace_slots;
    std::vector<WorkspaceSlot>
        block_slots;            // in the scratch memory: blocks of groups that are a single one
    std::size_t workspace = 0;  // bytes
    std::size_t scratch = 0;    // bytes for the neediest group, run by one thread
    /// A value that begins so many bytes after another slot's.
    struct OffsetSlot {
        SlotIndex slot, base;
        std::size_t bytes;
    };
    std::vector<OffsetSlot> offset_slots;
};

}  // namespace shikumi::detail
