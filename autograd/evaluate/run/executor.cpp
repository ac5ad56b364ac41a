#include <shikumi/autograd/evaluate/run/executor.hpp>

#include <algorithm>
#include <array>
#include <cstring>

#include <shikumi/autograd/evaluate/run/in_layer.hpp>
#include <shikumi/autograd/kernels/denormals.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/memory/thread_cache.hpp>

namespace shikumi::detail {

namespace {

// Elements times instructions below which a group stays on the caller's thread.
constexpr Index small_group = Index{1} << 16;

template <class T>
void fill(std::byte* out, const std::byte* from, Index n) {
    T value;
    std::memcpy(&value, from, sizeof value);
    std::fill_n(reinterpret_cast<T*>(out), n, value);
}

void fill_run(std::byte* out, const std::byte* from, Index n, std::size_t element) {
    if (element == 4)
        fill<std::uint32_t>(out, from, n);
    else if (element == 8)
        fill<std::uint64_t>(out, from, n);
    else
        fill<std::uint8_t>(out, from, n);
}

// A row again and again: what is there already is copied, twice as much each time.
void repeat(std::byte* out, const std::byte* row, std::size_t bytes, std::size_t all) {
    std::size_t done = std::min(bytes, all);
    std::memcpy(out, row, done);
    for (std::size_t more; done < all; done += more) {
        more = std::min(done, all - done);
        std::memcpy(out + done, out, more);
    }
}

// Elements [start, start + count) of the stretched array.
void stretch(const Stretch& s, const void* source, Index start, Index count, std::byte* out) {
    const auto* from = static_cast<const std::byte*>(source);
    const std::size_t element = s.element;
    if (s.rank == 0 || (s.rank == 1 && !s.moves[0])) return fill_run(out, from, count, element);
    if (s.rank == 2 && s.moves[1] && start % s.sizes[1] == 0)
        return repeat(out, from, static_cast<std::size_t>(s.sizes[1]) * element,
                      static_cast<std::size_t>(count) * element);
    const auto last = static_cast<unsigned>(s.rank - 1);
    // Where `start` lies: along the last axis, and for the others the offset in the small array.
    std::array<Index, Shape::max_rank> strides{}, at{};
    Index stride = 1;
    Index rest = start;
    for (unsigned axis = last + 1; axis-- > 0;) {
        strides[axis] = s.moves[axis] ? stride : 0;
        if (s.moves[axis]) stride *= s.sizes[axis];
        at[axis] = rest % s.sizes[axis];
        rest /= s.sizes[axis];
    }
    while (count > 0) {
        Index offset = 0;
        for (unsigned axis = 0; axis <= last; ++axis) offset += at[axis] * strides[axis];
        const Index run = std::min(count, s.sizes[last] - at[last]);
        const std::byte* piece = from + static_cast<std::size_t>(offset) * element;
        if (s.moves[last])
            std::memcpy(out, piece, static_cast<std::size_t>(run) * element);
        else
            fill_run(out, piece, run, element);
        out += static_cast<std::size_t>(run) * element;
        count -= run;
        at[last] = 0;
        for (unsigned axis = last; axis-- > 0;) {
            if (++at[axis] < s.sizes[axis]) break;
            at[axis] = 0;
        }
    }
}

}  // namespace

// What is the same at every run of the plan while the frame keeps its memory.
void Executor::lay_out(const Plan& plan) {
    bound_ = no_plan;
    slots_.resize(plan.slots);
    want(workspace_, plan.workspace);
    for (const Plan::WorkspaceSlot& work : plan.work)
        slots_[work.slot] = static_cast<std::byte*>(workspace_.data()) + work.offset;
    want(scratch_, plan.scratch);
    for (const Plan::WorkspaceSlot& block : plan.blocks)
        slots_[block.slot] = static_cast<std::byte*>(scratch_.data()) + block.offset;
    if (views_.size() < plan.most_inputs) {
        views_.resize(plan.most_inputs);
        addresses_.resize(plan.most_inputs);
    }
    bound_ = plan.number;
}

void Executor::bind(const Plan& plan, Nodes nodes, std::span<const Assignment> assignments) {
    if (bound_ != plan.number) lay_out(plan);
    for (const Plan::Leaf& leaf : plan.leaves) slots_[leaf.slot] = nodes[leaf.node]->data;
    for (const OutputBuffer& kept : plan.kept) {
        const Node& node = *nodes[kept.node];
        if (node.data) {
            slots_[kept.slot] = node.data;
            continue;
        }
        if (kept.scalar) {
            slots_[kept.slot] = node.scalar;
            continue;
        }
        const Node* old = kept.in_place_of == ~0U
                              ? nullptr
                              : assignments[kept.in_place_of].parameter.value().node();
        const bool in_place = old && old->mine() && old->buffer.unique() &&
                              old->handles() == std::int64_t{kept.old_edges} + 1;
        if (in_place)
            kept_.push_back({.old = old});
        else
            kept_.push_back({.fresh = Buffer::allocate(kept.bytes)});
        slots_[kept.slot] = in_place ? old->data : kept_.back().fresh.data();
    }
}

void Executor::run(const Plan& plan, Timer& timer) {
    const kernels::FlushDenormals flush;
    if (!timer) return run_steps(plan, plan.steps);
    timer.time(plan, [&](const Step& step) { run_steps(plan, {&step, 1}); });
}

void Executor::run_steps(const Plan& plan, std::span<const Step> steps) {
    for (const Step& step : steps) {
        if (step.kind == Step::Kind::group) {
            run_group(plan, plan.groups[step.index]);
            continue;
        }
        const Call& call = plan.calls[step.index];
        in_layer(call.scope, [&] { run_call(plan, call); });
    }
}

void Executor::run_call(const Plan& plan, const Call& call) {
    const Operand* const in = plan.operands.data() + call.first_input;
    void* const out = slots_[call.out.slot];
    if (call.kernel) {
        for (std::uint32_t i = 0; i < call.inputs; ++i) addresses_[i] = slots_[in[i].slot];
        return call.kernel(addresses_.data(), out);
    }
    for (std::uint32_t i = 0; i < call.inputs; ++i) views_[i] = {slots_[in[i].slot], in[i].spec};
    call.op->eval({views_.data(), call.inputs}, {out, call.out.spec});
}

void Executor::run_group(const Plan& plan, const Group& group) {
    if (group.size == 0) return;
    if (group.single) return run_block(plan, group, 0, group.size, true, slots_.data());
    const std::size_t addresses = group.scratch_blocks * group.scratch_bytes;
    auto* const scratch = static_cast<std::byte*>(scratch_.data());
    const auto run = [&](Index first, Index last, std::byte* bytes) {
        run_blocks(plan, group, first, last, bytes, reinterpret_cast<void**>(bytes + addresses));
    };
    if (group.size <= group.piece || group.size * Index{group.instructions} < small_group) {
        run(0, group.size, scratch);
    } else {
        kernels::parallel_pieces(group.size, group.piece, [&](Index first, Index last) {
            static thread_local std::vector<std::byte> own;
            const std::size_t needed = group.scratch() + Buffer::alignment;
            if (own.size() < needed) own.resize(needed);
            const auto address = reinterpret_cast<std::uintptr_t>(own.data());
            run(first, last,
                own.data() + (Buffer::alignment - address % Buffer::alignment) % Buffer::alignment);
        });
    }
    for (std::uint32_t i = 0; i < group.reductions; ++i) {
        const GroupReduction& r = plan.reductions[group.first_reduction + i];
        r.reducer.finish(scratch + r.totals, slots_[r.out]);
    }
}

// Elements [first, last) of a group, block by block. `at` holds each value's address in the current
// block.
void Executor::run_blocks(const Plan& plan, const Group& group, Index first, Index last,
                          std::byte* scratch, void** at) const {
    const GroupValue* values = plan.values.data() + group.first_value;
    for (std::uint32_t v = 0; v < group.values; ++v) {
        const GroupValue& value = values[v];
        at[v] = value.slot == no_slot ? scratch + value.scratch * group.scratch_bytes
                                      : static_cast<std::byte*>(slots_[value.slot]) +
                                            static_cast<std::size_t>(first) * value.element;
    }
    for (Index start = first; start < last; start += group.block) {
        const Index count = std::min(group.block, last - start);
        run_block(plan, group, start, count, start == first, at);
        if (start + count == last) break;
        for (std::uint32_t v = 0; v < group.values; ++v) {
            if (values[v].slot != no_slot)
                at[v] = static_cast<std::byte*>(at[v]) +
                        static_cast<std::size_t>(group.block) * values[v].element;
        }
    }
}

// Elements [start, start + count); what every block gets is stretched for the first one.
void Executor::run_block(const Plan& plan, const Group& group, Index start, Index count, bool first,
                         void* const* at) const {
    const Stretch* const stretches = plan.stretches.data() + group.first_stretch;
    for (const Stretch& s : std::span(stretches, group.stretches)) {
        if (first || !s.constant)
            stretch(s, slots_[s.slot], start, count, static_cast<std::byte*>(at[s.value]));
    }
    const Instruction* const instructions = plan.instructions.data() + group.first_instruction;
    for (const Instruction& i : std::span(instructions, group.instructions)) {
        if (i.kernel) {
            i.kernel(count, at[i.out], at[i.in[0]], at[i.in[1]], at[i.in[2]]);
        } else if (i.run) {
            i.run(count, at, plan.run_values.data() + i.first);
        } else {
            const GroupReduction& r = plan.reductions[i.first];
            auto* const totals = static_cast<std::byte*>(scratch_.data()) + r.totals;
            r.reducer.feed(at[i.in[0]], start, count, at[i.in[1]], totals, at[i.out]);
        }
    }
}

void Executor::publish(const Plan& plan, Nodes nodes) noexcept {
    auto memory = kept_.begin();
    for (const OutputBuffer& kept : plan.kept) {
        const Node& node = *nodes[kept.node];
        if (node.data) continue;
        if (kept.scalar) {
            node.store_scalar();
            continue;
        }
        node.buffer = std::move(memory->old ? memory->old->buffer : memory->fresh);
        node.data = node.buffer.data();
        ++memory;
    }
    // Views share the array of another node: a kept one, or a leaf.
    for (const Output& out : plan.outputs) {
        const Node& node = *nodes[out.node];
        if (node.data) continue;
        node.buffer = nodes[out.array]->buffer;
        node.data = nodes[out.array]->data;
    }
}

void Executor::release() noexcept {
    kept_.clear();
    for (Buffer* buffer : {&workspace_, &scratch_}) {
        if (let_go_if_large(*buffer)) bound_ = no_plan;
    }
}

}  // namespace shikumi::detail
