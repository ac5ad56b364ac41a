#include <shikumi/autograd/evaluate/run/executor.hpp>

#include <algorithm>
#include <exception>
#include <mutex>

#include <shikumi/autograd/evaluate/run/expand_broadcast.hpp>
#include <shikumi/autograd/evaluate/run/scope_context.hpp>
#include <shikumi/autograd/kernels/denormals.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/memory/thread_cache.hpp>

namespace shikumi::detail {

namespace {

// Elements times instructions below which a group stays on the caller's thread.
constexpr Index small_group = Index{1} << 16;

// Where a thread that helps keeps the blocks of a group.
struct Scratch {
    Buffer memory;
    void clear() noexcept {}
    bool worth_keeping() const noexcept { return true; }
};

// What an error about memory adds: the largest value that the evaluation computes.
std::string largest_value(Nodes nodes, const Plan& plan) {
    const Node* largest = nullptr;
    for (const Node* node : nodes) {
        if (!node || node->data || !node->op) continue;  // a replay has few of its nodes
        if (!largest || node->spec.bytes() > largest->spec.bytes()) largest = node;
    }
    const Op* op = largest ? largest->op : nullptr;
    Spec spec = largest ? largest->spec : Spec{};
    for (const Call& call : plan.calls) {
        if (op && call.out.spec.bytes() <= spec.bytes()) continue;
        op = call.op;
        spec = call.out.spec;
    }
    if (!op) return "of known values";
    return sentence("the largest value is ", spec, " of ", op->name(), ", ", spec.bytes(),
                    " bytes");
}

std::byte* advanced(void* address, Index elements, std::uint8_t element) {
    return static_cast<std::byte*>(address) + static_cast<std::size_t>(elements) * element;
}

}  // namespace

// Addresses in the executor's own memory stay right until another plan comes or the memory goes.
void Executor::lay_out_memory(const Plan& plan) {
    laid_out_ = no_plan;
    slots_.resize(plan.slots);
    ensure_capacity(workspace_, plan.workspace);
    for (const Plan::WorkspaceSlot& work : plan.workspace_slots)
        slots_[work.slot] = static_cast<std::byte*>(workspace_.data()) + work.offset;
    ensure_capacity(scratch_, plan.scratch);
    for (const Plan::WorkspaceSlot& block : plan.block_slots)
        slots_[block.slot] = scratch() + block.offset;
    if (views_.size() < plan.most_inputs) views_.resize(plan.most_inputs);
    if (addresses_.size() < plan.most_inputs) addresses_.resize(plan.most_inputs);
    laid_out_ = plan.number;
}

void Executor::bind(const Plan& plan, Nodes nodes, std::span<const Assignment> assignments) try {
    if (laid_out_ != plan.number) lay_out_memory(plan);
    if (plan.extra_leaves > 0) reserve_nodes(plan.extra_leaves);
    for (const Plan::Leaf& leaf : plan.leaves) slots_[leaf.slot] = nodes[leaf.node]->data;
    for (const OutputBuffer& output : plan.output_buffers) {
        const Node& node = *nodes[output.node];
        if (node.data) {
            slots_[output.slot] = node.data;
        } else if (output.scalar) {
            slots_[output.slot] = node.scalar;
        } else {
            const Node* old = output.in_place_of == ~0U
                                  ? nullptr
                                  : assignments[output.in_place_of].parameter.value().node();
            slots_[output.slot] = take_output_memory(output, old);
        }
    }
    for (const Plan::OffsetSlot& part : plan.offset_slots)
        slots_[part.slot] = static_cast<std::byte*>(slots_[part.base]) + part.bytes;
} catch (Error& error) {
    error.add_context(largest_value(nodes, plan));
    throw;
}

// The old value is written over where only its parameter and this graph hold it.
void* Executor::take_output_memory(const OutputBuffer& output, const Node* old_value) {
    if (old_value && old_value->mine() && old_value->buffer.unique() &&
        old_value->handles() == std::int64_t{output.old_edges} + 1) {
        outputs_.push_back({.overwritten = old_value});
        return old_value->data;
    }
    outputs_.push_back({.fresh = Buffer::allocate(output.bytes)});
    return outputs_.back().fresh.data();
}

void Executor::run(const Plan& plan, Timer& timer) {
    const kernels::FlushDenormals flush;
    if (!timer) return run_steps(plan, plan.steps);
    timer.time_steps(plan, [&](const Step& step) { run_steps(plan, {&step, 1}); });
}

void Executor::run_steps(const Plan& plan, std::span<const Step> steps) {
    for (const Step& step : steps) {
        if (step.kind == Step::Kind::group) {
            run_group(plan, plan.groups[step.index]);
        } else {
            run_call(plan, plan.calls[step.index]);
        }
    }
}

void Executor::run_call(const Plan& plan, const Call& call) try {
    const Operand* const in = plan.operands.data() + call.first_input;
    void* const out = slots_[call.out.slot];
    if (call.kernel) {
        for (std::uint32_t i = 0; i < call.inputs; ++i) addresses_[i] = slots_[in[i].slot];
        return call.kernel(addresses_.data(), out);
    }
    for (std::uint32_t i = 0; i < call.inputs; ++i) views_[i] = {slots_[in[i].slot], in[i].spec};
    call.op->eval({views_.data(), call.inputs}, {out, call.out.spec});
} catch (MemoryError& error) {
    error.add_context(sentence("for ", call.op->name(), ", which gives ", call.out.spec));
    add_scope_context(error, call.scope);
    throw;
} catch (Error& error) {
    add_scope_context(error, call.scope);
    throw;
}

void Executor::run_group(const Plan& plan, const FusionGroup& group) {
    if (group.size == 0) return;
    if (group.single_block) return run_block(plan, group, 0, group.size, true, slots_.data());
    run_in_blocks(plan, group);
    for (std::uint32_t i = 0; i < group.reductions; ++i) {
        const GroupReduction& r = plan.reductions[group.first_reduction + i];
        r.reducer.finish(scratch() + r.totals, slots_[r.out]);
    }
}

void Executor::run_in_blocks(const Plan& plan, const FusionGroup& group) {
    if (group.size <= group.piece || group.size * Index{group.instructions} < small_group)
        return run_blocks(plan, group, 0, group.size, scratch());
    std::mutex alone;
    kernels::parallel_pieces(group.size, group.piece, [&](Index first, Index last) {
        // A thread that gets no memory of its own waits for the caller's: an error would come too
        // late, when the group has begun to write over a parameter.
        try {
            const ThreadCache<Scratch> own;
            ensure_capacity(own->memory, group.scratch());
            return run_blocks(plan, group, first, last,
                              static_cast<std::byte*>(own->memory.data()));
        } catch (const std::exception&) {
        }
        const std::lock_guard one_by_one(alone);
        run_blocks(plan, group, first, last, scratch());
    });
}

// Elements [first, last) of a group, block by block.
void Executor::run_blocks(const Plan& plan, const FusionGroup& group, Index first, Index last,
                          std::byte* scratch) const {
    // Behind the scratch blocks: each value's address in the current block.
    auto* const at = reinterpret_cast<void**>(scratch + group.scratch_blocks * group.scratch_bytes);
    const GroupValue* const values = plan.values.data() + group.first_value;
    for (std::uint32_t v = 0; v < group.values; ++v) {
        const GroupValue& value = values[v];
        at[v] = value.slot == no_slot ? scratch + value.scratch * group.scratch_bytes
                                      : advanced(slots_[value.slot], first, value.element);
    }
    for (Index start = first; start < last; start += group.block) {
        const Index count = std::min(group.block, last - start);
        run_block(plan, group, start, count, start == first, at);
        if (start + count == last) break;
        for (std::uint32_t v = 0; v < group.values; ++v) {
            if (values[v].slot != no_slot) at[v] = advanced(at[v], group.block, values[v].element);
        }
    }
}

// Elements [start, start + count), with the addresses of their values. `first`: a thread's first
// block.
void Executor::run_block(const Plan& plan, const FusionGroup& group, Index start, Index count,
                         bool first, void* const* values) const {
    if (group.broadcasts > 0) expand_broadcasts(plan, group, start, count, first, values);
    const Instruction* const instructions = plan.instructions.data() + group.first_instruction;
    for (const Instruction& i : std::span(instructions, group.instructions)) {
        if (i.kernel) {
            i.kernel(count, values[i.out], values[i.in[0]], values[i.in[1]], values[i.in[2]]);
        } else if (i.fused) {
            i.fused(count, values, plan.fused_values.data() + i.first);
        } else if (i.with_slope) {
            i.with_slope(count, values[i.out], values[i.in[1]], values[i.in[0]]);
        } else {
            const GroupReduction& r = plan.reductions[i.first];
            r.reducer.feed(values[i.in[0]], start, count, values[i.in[1]], scratch() + r.totals,
                           values[i.out]);
        }
    }
}

// What is the same in every block is written for the first one.
void Executor::expand_broadcasts(const Plan& plan, const FusionGroup& group, Index start,
                                 Index count, bool first, void* const* values) const {
    const Broadcast* const broadcasts = plan.broadcasts.data() + group.first_broadcast;
    for (const Broadcast& broadcast : std::span(broadcasts, group.broadcasts)) {
        if (first || !broadcast.constant)
            expand_broadcast(broadcast, slots_[broadcast.slot], start, count,
                             static_cast<std::byte*>(values[broadcast.value]));
    }
}

void Executor::publish(const Plan& plan, Nodes nodes) noexcept {
    auto memory = outputs_.begin();
    for (const OutputBuffer& output : plan.output_buffers) {
        const Node& node = *nodes[output.node];
        if (node.data) continue;
        if (output.scalar) {
            node.store_scalar();
            continue;
        }
        const Node* const old = memory->overwritten;
        node.buffer = std::move(old ? old->buffer : memory->fresh);
        node.data = old ? old->data.get() : node.buffer.data();
        ++memory;
    }
    // Views show the array of another node: an output's, or a leaf's.
    for (const Output& output : plan.outputs) {
        const Node& node = *nodes[output.node];
        if (node.data) continue;
        node.buffer = nodes[output.array]->buffer;
        node.data = nodes[output.array]->bytes() + output.offset;
    }
}

void Executor::release() noexcept {
    outputs_.clear();
    for (Buffer* buffer : {&workspace_, &scratch_}) {
        if (release_if_large(*buffer)) laid_out_ = no_plan;
    }
}

}  // namespace shikumi::detail
