#include <shikumi/autograd/evaluate/plan/lower_group.hpp>

#include <algorithm>
#include <array>

#include <shikumi/autograd/evaluate/plan/group_blocks.hpp>
#include <shikumi/autograd/evaluate/plan/match_fused_updates.hpp>
#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::detail {

namespace {

std::uint8_t element_bytes(const Spec& spec) {
    return static_cast<std::uint8_t>(size_of(spec.dtype));
}

template <class T>
std::uint32_t count(const std::vector<T>& all) {
    return static_cast<std::uint32_t>(all.size());
}

// The version of a kernel that takes a single number for input i; null where there is none.
kernels::BlockFunction version_for_single(const kernels::BlockKernel& kernel, std::uint32_t i) {
    return i == 0 ? kernel.first_single : i == 1 ? kernel.second_single : kernel.third_single;
}

}  // namespace

GroupLowering::GroupLowering(const ClassifiedGraph& nodes, const FusionGroups& fusion,
                             const Arrays& arrays, std::span<const SlotIndex> slots, Plan& plan)
    : nodes_(nodes),
      graph_(nodes.graph()),
      fusion_(fusion),
      arrays_(arrays),
      slots_(slots),
      plan_(plan),
      values_(graph_.size()),
      singles_(graph_.size()) {}

void GroupLowering::lower(std::uint32_t group) {
    index_ = group;
    const auto members = fusion_.members_of(fusion_.groups[group]);
    space_ = &graph_[members[0]].spec.shape;
    group_ = {.first_operation = count(plan_.group_operations),
              .operations = static_cast<std::uint32_t>(members.size()),
              .size = space_->size(),
              .first_value = count(plan_.values),
              .first_broadcast = count(plan_.broadcasts),
              .first_instruction = count(plan_.instructions),
              .instructions = static_cast<std::uint32_t>(members.size()),
              .first_reduction = count(plan_.reductions)};
    for (const Position member : members) add(member);
    group_.values = next_value();
    group_.broadcasts = count(plan_.broadcasts) - group_.first_broadcast;
    group_.reductions = count(plan_.reductions) - group_.first_reduction;

    shape_blocks(plan_, group_);
    place_scratch(plan_, group_);
    if (fusion_.groups[group].assigns) {
        std::vector<DType> dtypes;
        for (const Position member : members) dtypes.push_back(graph_[member].spec.dtype);
        match_fused_updates(plan_, group_, dtypes);
    }
    if (group_.single_block)
        number_by_slots();
    else
        place_totals(plan_, group_);
    plan_.steps.push_back({Step::Kind::group, count(plan_.groups)});
    plan_.groups.push_back(group_);
}

std::uint32_t GroupLowering::next_value() const noexcept {
    return count(plan_.values) - group_.first_value;
}

void GroupLowering::add(Position member) {
    const Node& node = graph_[member];
    plan_.group_operations.push_back(node.op);
    if (!group_.scope) group_.scope = node.scope;
    plan_.instructions.push_back(nodes_.kind(member) == NodeKind::reduction ? reduction(member)
                                                                            : pointwise(member));
}

Instruction GroupLowering::pointwise(Position member) {
    const auto inputs = graph_.inputs(member);
    std::array<Spec, 3> specs;
    const std::array<const Spec*, 3> pointers{&specs[0], &specs[1], &specs[2]};
    nodes_.for_each_read(member, [&](Position read, std::uint32_t i) {
        specs[i] = {graph_[read].spec.shape, graph_[inputs[i]].spec.dtype};
    });
    const auto* op = static_cast<const Pointwise*>(graph_[member].op);
    const kernels::BlockKernel kernel = op->kernel(std::span(pointers).first(inputs.size()));

    Instruction instruction{.kernel = kernel.full,
                            .count = static_cast<std::uint32_t>(inputs.size())};
    nodes_.for_each_read(member, [&](Position read, std::uint32_t i) {
        const kernels::BlockFunction version = version_for_single(kernel, i);
        if (version && instruction.kernel == kernel.full && group_.size != 1 &&
            specs[i].size() == 1) {
            instruction.kernel = version;
            instruction.in[i] = single_number(read);
        } else {
            instruction.in[i] = value_of(read);
        }
    });
    if (kernel.slope) share_slope(*kernel.slope, inputs[0], instruction);
    instruction.out = next_value();
    values_[member] = {index_, instruction.out};
    plan_.values.push_back({.slot = arrays_.stored[member] ? slots_[member] : no_slot,
                            .element = element_bytes(graph_[member].spec)});
    return instruction;
}

// f(x) gives f'(x) beside it where a later operation of the group, f'(x) g, asks for it.
void GroupLowering::share_slope(const kernels::SlopeLoops& loops, Position x,
                                Instruction& instruction) {
    if (slopes_.empty()) slopes_.resize(graph_.size());
    Number& number = slopes_[x];
    const auto own = count(plan_.instructions);
    if (instruction.count == 1) {
        number = {index_, own};
        return;
    }
    if (number.group != index_) return;
    Instruction& function = plan_.instructions[number.value];
    if (!function.with_slope) {
        function.kernel = nullptr;
        function.with_slope = loops.both;
        function.in[1] = next_value();
        plan_.values.push_back(
            {.element = plan_.values[group_.first_value + function.out].element});
    }
    instruction.kernel = loops.times;
    instruction.in[0] = function.in[1];
}

// Its values are the reduced array, and the state that it keeps from block to block.
Instruction GroupLowering::reduction(Position member) {
    Instruction instruction{.first = count(plan_.reductions), .count = 1};
    nodes_.for_each_read(member,
                         [&](Position read, std::uint32_t) { instruction.in[0] = value_of(read); });
    instruction.out = next_value();
    instruction.in[1] = instruction.out + 1;
    plan_.values.insert(plan_.values.end(), {{.slot = slots_[member]}, {}});
    plan_.reductions.push_back({nodes_.reducer(member), slots_[member]});
    return instruction;
}

// The number of a node's value, as an array or a block of the whole space.
std::uint32_t GroupLowering::value_of(Position source) {
    Number& number = values_[source];
    if (number.group == index_) return number.value;
    number = {index_, next_value()};
    const Spec& spec = graph_[source].spec;
    GroupValue value{.element = element_bytes(spec)};
    if (spec.shape.size() == group_.size)
        value.slot = slots_[source];
    else
        broadcast(source, number.value);
    plan_.values.push_back(value);
    return number.value;
}

// The same where the kernel takes a single number for all elements.
std::uint32_t GroupLowering::single_number(Position source) {
    Number& number = singles_[source];
    if (number.group == index_) return number.value;
    number = {index_, next_value()};
    plan_.values.push_back({.slot = slots_[source]});
    return number.value;
}

void GroupLowering::broadcast(Position source, std::uint32_t value) {
    const Shape &small = graph_[source].spec.shape, &space = *space_;
    Broadcast b{
        .slot = slots_[source], .value = value, .element = element_bytes(graph_[source].spec)};
    for (int axis = 0; axis < space.rank(); ++axis) {
        const int own = axis - (space.rank() - small.rank());
        const Index size = space[axis];
        if (size == 1) continue;
        const bool moves = own >= 0 && small[own] != 1;
        if (b.rank > 0 && b.moves[static_cast<unsigned>(b.rank - 1)] == moves) {
            b.sizes[static_cast<unsigned>(b.rank - 1)] *= size;
        } else {
            b.sizes[static_cast<unsigned>(b.rank)] = size;
            b.moves[static_cast<unsigned>(b.rank++)] = moves;
        }
    }
    plan_.broadcasts.push_back(b);
}

// A single block's operands are where they are for the whole run.
void GroupLowering::number_by_slots() {
    const auto number = [&](std::uint32_t& value) {
        const GroupValue& v = plan_.values[group_.first_value + value];
        if (v.slot != no_slot) {
            value = v.slot;
            return;
        }
        while (plan_.block_slots.size() <= v.scratch)
            plan_.block_slots.push_back({plan_.slots++, 0});
        block_bytes_ = std::max(block_bytes_, group_.scratch_bytes);
        value = plan_.block_slots[v.scratch].slot;
    };
    for (std::uint32_t b = 0; b < group_.broadcasts; ++b)
        number(plan_.broadcasts[group_.first_broadcast + b].value);
    for (std::uint32_t k = 0; k < group_.instructions; ++k) {
        Instruction& i = plan_.instructions[group_.first_instruction + k];
        if (i.fused) {
            for (std::uint32_t v = 0; v < i.count; ++v) number(plan_.fused_values[i.first + v]);
        } else {
            std::ranges::for_each(i.in, number);
            number(i.out);
        }
    }
}

void GroupLowering::finish() {
    for (std::size_t b = 0; b < plan_.block_slots.size(); ++b)
        plan_.block_slots[b].offset = b * block_bytes_;
    plan_.scratch = std::max(plan_.scratch, plan_.block_slots.size() * block_bytes_);
}

}  // namespace shikumi::detail
