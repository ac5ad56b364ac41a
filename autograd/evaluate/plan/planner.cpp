#include <shikumi/autograd/evaluate/plan/planner.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <string>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/reducing.hpp>

namespace shikumi::detail {

namespace {

// A block of scratch memory: the first-level cache holds about ten of them.
constexpr std::size_t block_bytes = 4096;
// Blocks that one thread takes at a time.
constexpr Index blocks_at_a_time = 16;
// Long chains are cut: a group's numbers should stay in the cache as well.
constexpr std::uint32_t largest_group = 512;

constexpr std::size_t aligned(std::size_t bytes) {
    return (bytes + Buffer::alignment - 1) / Buffer::alignment * Buffer::alignment;
}

}  // namespace

void Plan::clear() {
    steps.clear();
    calls.clear();
    operands.clear();
    groups.clear();
    values.clear();
    stretches.clear();
    pointwise.clear();
    instructions.clear();
    reductions.clear();
    run_values.clear();
    leaves.clear();
    kept.clear();
    outputs.clear();
    work.clear();
    blocks.clear();
    slots = 0;
    workspace = scratch = 0;
    most_inputs = 0;
}

void Planner::clear() noexcept {
    plan_.clear();
    info_.clear();
}

const Plan& Planner::plan(const PendingGraph& graph) {
    static std::atomic<std::uint64_t> plans = 0;
    graph_ = &graph;
    plan_.clear();
    plan_.number = plans.fetch_add(1, std::memory_order_relaxed);
    classify();
    find_arrays();
    level();
    cluster();
    compute_again();
    order();
    assign_slots();
    emit();
    place_in_workspace();
    choose_in_place();
    number_without_copies();
    return plan_;
}

// Copies are the plan's business alone: from outside its numbers are those of the graph.
void Planner::number_without_copies() {
    for (Plan::Leaf& leaf : plan_.leaves) leaf.node = graph_->number(leaf.node);
    for (OutputBuffer& kept : plan_.kept) kept.node = graph_->number(kept.node);
    for (Output& out : plan_.outputs) out = {graph_->number(out.node), graph_->number(out.array)};
}

Planner::Place Planner::place(std::uint32_t node) const noexcept {
    const Info& info = info_[node];
    if (info.kind == Kind::leaf || info.kept) return {Place::Kind::outside, false, false, 0};
    if (info.kind == Kind::view || info.kind == Kind::stretch)
        return {Place::Kind::seen_through, false, false, 0};
    return {Place::Kind::computed, info.stored, order_[info.position].last, info.position};
}

void Planner::classify() {
    info_.assign(graph_->size(), Info{});
    reducers_.clear();
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        const Node& node = (*graph_)[i];
        Info& info = info_[i];
        info.source = i;
        info.array = graph_->array(i);
        info.output = graph_->is_output(i);
        if (!graph_->pending(i)) {
            info.kind = Kind::leaf;
            continue;
        }
        if (!node.op)
            throw StateError("[evaluate] " + to_string(node.spec) +
                             " has no value: it is a placeholder");
        switch (node.op->form()) {
            case Op::Form::kernel:
                info.kind = takes_blocks(i) ? Kind::reduction : Kind::call;
                break;
            case Op::Form::pointwise:
                info.kind = Kind::pointwise;
                break;
            case Op::Form::view: {
                if (info.array == i) {
                    info.kind = Kind::call;
                    break;
                }
                info.kind = Kind::view;
                // A new shape starts a new iteration space; the same one is seen through.
                const std::uint32_t input = graph_->inputs(i)[0];
                if ((*graph_)[input].spec.shape == node.spec.shape)
                    info.source = info_[input].source;
                break;
            }
            case Op::Form::broadcast:
                info.kind = Kind::stretch;
                info.source = info_[graph_->inputs(i)[0]].source;
                break;
        }
    }
}

// True for a reduction of what a group computes, which need not be an array then.
bool Planner::takes_blocks(std::uint32_t node) {
    const auto inputs = graph_->inputs(node);
    if (inputs.size() != 1) return false;
    const std::uint32_t source = info_[inputs[0]].source;
    if (info_[source].kind != Kind::pointwise ||
        (*graph_)[source].spec.shape != (*graph_)[inputs[0]].spec.shape)
        return false;
    const auto* reducing = dynamic_cast<const detail::Reducing*>((*graph_)[node].op);
    if (!reducing) return false;
    const auto reducer =
        kernels::Reducer::in_blocks(reducing->reduction, (*graph_)[inputs[0]].spec, reducing->axes);
    if (!reducer) return false;
    info_[node].reducer = static_cast<std::uint32_t>(reducers_.size());
    reducers_.push_back(*reducer);
    return true;
}

// Which values need arrays, as far as calls, views and outputs decide it.
void Planner::find_arrays() {
    for (std::uint32_t i = graph_->size(); i-- > 0;) {
        Info& info = info_[i];
        if (info.output) {
            Info& array = info_[info.array];
            array.kept = array.stored = true;
            array.viewed = array.viewed || info.array != i;
        }
        // What is reshaped can't be read through.
        if (info.kind == Kind::view && info.source == i && info_[info.array].kind == Kind::stretch)
            info_[info.array].stored = true;
        if (info.kind == Kind::stretch && info.stored) {
            info.kind = Kind::call;
            info.source = i;
        }
        if (info.kind == Kind::reduction) info.stored = true;
        if (info.kind == Kind::call) {
            info.stored = true;
            for (const std::uint32_t input : graph_->inputs(i))
                info_[info_[input].array].stored = true;
        }
    }
    // A stretch that became an array is read as one.
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        Info& info = info_[i];
        if (info.kind == Kind::stretch) info.source = info_[graph_->inputs(i)[0]].source;
        if (info.kind == Kind::view && info.source != i)
            info.source = info_[graph_->inputs(i)[0]].source;
    }
}

// Levels: what is on one level doesn't depend on each other, except within a group.
void Planner::level() {
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        Info& info = info_[i];
        if (info.kind != Kind::call && !blockwise(i)) continue;
        info.level = 1;
        info.from_leaves = info.kind == Kind::pointwise;
        info.sinks = true;
        for_each_read(i, [&](std::uint32_t read, int) {
            const Info& from = info_[info_[read].array];
            const bool together = same_group_possible(read, i);
            info.level = std::max(info.level, from.level + (together ? 0 : 1));
            info.from_leaves = info.from_leaves && (from.kind == Kind::leaf || from.from_leaves);
            info.sinks = info.sinks && from.kind == Kind::leaf;
        });
        info.sinks = info.sinks || info.from_leaves || graph_->is_copy(i);
    }
    // What depends on leaves alone sinks to its readers: momentum * velocity joins the update, and
    // a dropout's numbers don't wait. So do copies, which are no use if they are made early.
    for (std::uint32_t i = graph_->size(); i-- > 0;) {
        Info& info = info_[i];
        if (info.kind != Kind::call && !blockwise(i)) continue;
        if (info.sinks && info.limit != ~0U) info.level = info.limit;
        for_each_read(i, [&](std::uint32_t read, int) {
            const bool together = same_group_possible(read, i);
            std::uint32_t& limit = info_[info_[read].array].limit;
            limit = std::min(limit, info.level - (together ? 0 : 1));
        });
    }
}

void Planner::cluster() {
    // Pointwise nodes by level and shape, in the walk's order; a reduction goes with its input.
    struct Key {
        std::uint32_t level;
        Shape shape;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& k) const noexcept {
            return k.shape.hash() * 31 + k.level;
        }
    };
    std::unordered_map<Key, std::uint32_t, Hash> open;  // the cluster that takes the next member
    clusters_.clear();
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        Info& info = info_[i];
        if (info.kind == Kind::reduction && !joins_reductions(i)) info.kind = Kind::call;
        if (!blockwise(i)) continue;
        if (info.kind == Kind::reduction) {
            info.cluster = info_[info_[graph_->inputs(i)[0]].source].cluster;
        } else {
            const auto [it, fresh] = open.try_emplace({info.level, (*graph_)[i].spec.shape});
            if (fresh || clusters_[it->second].count >= largest_group) {
                it->second = static_cast<std::uint32_t>(clusters_.size());
                clusters_.push_back({.level = info.level, .first_node = i});
            }
            info.cluster = it->second;
        }
        ++clusters_[info.cluster].count;
    }
    std::uint32_t first = 0;
    for (Cluster& c : clusters_) {
        c.first = first;
        first += c.count;
        c.count = 0;  // counted again as they are filled
    }
    members_.resize(first);
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        if (!blockwise(i)) continue;
        Cluster& c = clusters_[info_[i].cluster];
        members_[c.first + c.count++] = i;
    }
    // What one step computes and another reads needs an array.
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        const Info& info = info_[i];
        if (info.kind != Kind::call && !blockwise(i)) continue;
        for_each_read(i, [&](std::uint32_t read, int) {
            if (same_group(read, i)) return;
            Info& from = info_[info_[read].array];
            from.stored = from.feeds = true;
            if (blockwise(info_[read].array)) clusters_[from.cluster].feeds = true;
        });
    }
    for (const std::uint32_t value : graph_->assigned()) {
        Info& info = info_[value];
        info.assigned = true;
        if (info.kind == Kind::pointwise) clusters_[info.cluster].assigns = true;
    }
}

// A reduction is the same group's as its input where that is on its level, and the group's other
// reductions have the same tree. Else it is a step of its own.
bool Planner::joins_reductions(std::uint32_t node) {
    const std::uint32_t source = info_[graph_->inputs(node)[0]].source;
    const Info& input = info_[source];
    if (!same_group_possible(source, node) || input.level != info_[node].level) return false;
    std::uint32_t& first = clusters_[input.cluster].reducer;
    if (first == ~0U) first = info_[node].reducer;
    return reducers_[first].tree() == reducers_[info_[node].reducer].tree();
}

// Steps by level; those that only assign come last, so that weights can be overwritten in place.
void Planner::order() {
    order_.clear();
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        const Info& info = info_[i];
        if (info.kind != Kind::call) continue;
        const bool last = info.assigned && !info.feeds && (*graph_)[i].op->in_place();
        order_.push_back({last, info.level, i, Step::Kind::call, i});
    }
    for (std::uint32_t c = 0; c < clusters_.size(); ++c) {
        const Cluster& cluster = clusters_[c];
        if (cluster.count == 0) continue;
        order_.push_back({cluster.assigns && !cluster.feeds, cluster.level, cluster.first_node,
                          Step::Kind::group, c});
    }
    std::sort(order_.begin(), order_.end(), [](const Order& a, const Order& b) {
        if (a.last != b.last) return b.last;
        return a.level != b.level ? a.level < b.level : a.first_node < b.first_node;
    });
    for (std::uint32_t position = 0; position < order_.size(); ++position) {
        const Order& o = order_[position];
        const auto place = [&](std::uint32_t node) {
            for_each_read(node, [&](std::uint32_t read, int) {
                Info& array = info_[info_[read].array];
                array.last_read = position + 1;
                array.last_reader = node;
            });
        };
        if (o.kind == Step::Kind::call) {
            info_[o.what].position = position;
            place(o.what);
            continue;
        }
        const Cluster& cluster = clusters_[o.what];
        for (std::uint32_t m = cluster.first; m < cluster.first + cluster.count; ++m) {
            const std::uint32_t node = members_[m];
            if (info_[node].cluster == o.what) info_[node].position = position;
            place(node);
        }
    }
}

void Planner::assign_slots() {
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        Info& info = info_[i];
        if (info.kind == Kind::leaf) {
            info.slot = plan_.slots++;
            plan_.leaves.push_back({i, info.slot});
        } else if (info.array == i && info.stored) {
            info.slot = plan_.slots++;
            if (info.kept) {
                const bool scalar = (*graph_)[i].spec.shape.rank() == 0 && !info.viewed;
                plan_.kept.push_back({.slot = info.slot,
                                      .bytes = (*graph_)[i].spec.bytes(),
                                      .scalar = scalar,
                                      .node = i});
            }
        }
    }
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        if (info_[i].output && info_[i].kind != Kind::leaf)
            plan_.outputs.push_back({i, info_[i].array});
    }
}

SlotIndex Planner::slot_of(std::uint32_t node) { return info_[info_[node].array].slot; }

void Planner::emit() {
    local_.assign(graph_->size(), Local{});
    single_.assign(graph_->size(), Local{});
    block_bytes_ = 0;
    for (const Order& o : order_) {
        if (o.kind == Step::Kind::call)
            emit_call(o.what);
        else
            emit_group(o.what);
    }
    for (std::size_t b = 0; b < plan_.blocks.size(); ++b) plan_.blocks[b].offset = b * block_bytes_;
    plan_.scratch = std::max(plan_.scratch, plan_.blocks.size() * block_bytes_);
}

void Planner::emit_call(std::uint32_t node) {
    Call call{.op = (*graph_)[node].op,
              .scope = (*graph_)[node].scope,
              .out = {slot_of(node), (*graph_)[node].spec},
              .first_input = static_cast<std::uint32_t>(plan_.operands.size()),
              .inputs = static_cast<std::uint32_t>(graph_->inputs(node).size())};
    specs_.clear();
    for (const std::uint32_t input : graph_->inputs(node)) {
        specs_.push_back(&(*graph_)[input].spec);
        plan_.operands.push_back({slot_of(input), (*graph_)[input].spec});
    }
    call.kernel = call.op->prepare(specs_, call.out.spec);
    plan_.most_inputs = std::max(plan_.most_inputs, call.inputs);
    plan_.steps.push_back({Step::Kind::call, static_cast<std::uint32_t>(plan_.calls.size())});
    plan_.calls.push_back(call);
}

// The number of `source`'s value in the group that is being emitted.
std::uint32_t Planner::group_value(std::uint32_t source, Group& group, const Shape& space) {
    Local& local = local_[source];
    if (local.cluster == emitting_) return local.value;
    const auto value = static_cast<std::uint32_t>(plan_.values.size()) - group.first_value;
    local = {emitting_, value, 0};
    const Node& node = (*graph_)[source];
    GroupValue v;
    v.element = static_cast<std::uint8_t>(size_of(node.spec.dtype));
    if (node.spec.shape.size() == group.size)
        v.slot = slot_of(source);
    else
        stretch_over(value, source, space);
    plan_.values.push_back(v);
    return value;
}

// The same where the kernel takes a single number for all elements.
std::uint32_t Planner::single_value(std::uint32_t source, Group& group) {
    Local& local = single_[source];
    if (local.cluster == emitting_) return local.value;
    local = {emitting_, static_cast<std::uint32_t>(plan_.values.size()) - group.first_value, 0};
    plan_.values.push_back({.slot = slot_of(source)});
    return local.value;
}

void Planner::stretch_over(std::uint32_t value, std::uint32_t source, const Shape& space) {
    Stretch s{.slot = slot_of(source),
              .value = value,
              .element = static_cast<std::uint8_t>(size_of((*graph_)[source].spec.dtype))};
    const Shape& small = (*graph_)[source].spec.shape;
    for (int axis = 0; axis < space.rank(); ++axis) {
        const int own = axis - (space.rank() - small.rank());
        const Index size = space[axis];
        if (size == 1) continue;
        const bool moves = own >= 0 && small[own] != 1;
        if (s.rank > 0 && s.moves[static_cast<unsigned>(s.rank - 1)] == moves) {
            s.sizes[static_cast<unsigned>(s.rank - 1)] *= size;
        } else {
            s.sizes[static_cast<unsigned>(s.rank)] = size;
            s.moves[static_cast<unsigned>(s.rank++)] = moves;
        }
    }
    plan_.stretches.push_back(s);
}

// The block's length: whole rows where a row is what gets stretched, so that it is stretched once.
void Planner::shape_blocks(Group& group) {
    std::size_t widest = 1;
    for (std::uint32_t v = 0; v < group.values; ++v)
        widest = std::max<std::size_t>(widest, plan_.values[group.first_value + v].element);
    widest = std::max<std::size_t>(widest, 4);
    group.block = static_cast<Index>(block_bytes / widest);
    const std::span<Stretch> stretches(plan_.stretches.data() + group.first_stretch,
                                       group.stretches);
    const auto is_row = [](const Stretch& s) {
        return s.rank == 2 && s.moves[1] && s.sizes[1] > 0;
    };
    const std::span<const GroupReduction> reductions(
        plan_.reductions.data() + group.first_reduction, group.reductions);
    Index unit = reductions.empty() ? 1 : reductions[0].reducer.unit(group.block);
    for (const Stretch& s : stretches) {
        if (unit == 1 && is_row(s) && s.sizes[1] <= group.block) unit = s.sizes[1];
    }
    group.block -= group.block % unit;
    group.block = std::min(group.block, std::max<Index>(group.size, 1));
    group.piece =
        reductions.empty() ? blocks_at_a_time * group.block : reductions[0].reducer.piece();
    group.scratch_bytes = aligned(static_cast<std::size_t>(group.block) * widest);
    for (const GroupReduction& r : reductions)
        group.scratch_bytes = std::max(group.scratch_bytes, aligned(r.reducer.state_bytes()));
    const auto whole_rows = [&](Index n, const Stretch& s) {
        return n >= group.size || n % s.sizes[1] == 0;
    };
    for (Stretch& s : stretches)
        s.constant = s.rank == 0 || (s.rank == 1 && !s.moves[0]) || group.block == group.size ||
                     (is_row(s) && whole_rows(group.block, s) && whole_rows(group.piece, s));
}

void Planner::emit_group(std::uint32_t cluster) {
    emitting_ = cluster;
    const Cluster& c = clusters_[cluster];
    const std::span<const std::uint32_t> members(members_.data() + c.first, c.count);
    const Shape& space = (*graph_)[members[0]].spec.shape;
    Group group;
    group.first_operation = static_cast<std::uint32_t>(plan_.pointwise.size());
    group.operations = c.count;
    group.size = space.size();
    group.first_value = static_cast<std::uint32_t>(plan_.values.size());
    group.first_stretch = static_cast<std::uint32_t>(plan_.stretches.size());
    group.first_instruction = static_cast<std::uint32_t>(plan_.instructions.size());
    group.instructions = c.count;
    group.first_reduction = static_cast<std::uint32_t>(plan_.reductions.size());

    std::array<Spec, 3> specs;
    const std::array<const Spec*, 3> inputs{&specs[0], &specs[1], &specs[2]};
    std::uint32_t number = 0;
    for (const std::uint32_t m : members) {
        Instruction instruction;
        for_each_read(m, [&](std::uint32_t read, std::uint32_t i) {
            specs[i] = {(*graph_)[read].spec.shape, (*graph_)[graph_->inputs(m)[i]].spec.dtype};
        });
        kernels::BlockKernel kernel;
        if (info_[m].kind == Kind::pointwise)
            kernel = static_cast<const Pointwise*>((*graph_)[m].op)
                         ->kernel(std::span(inputs).first(graph_->inputs(m).size()));
        instruction.kernel = kernel.full;
        plan_.pointwise.push_back((*graph_)[m].op);
        if (!group.scope) group.scope = (*graph_)[m].scope;
        for_each_read(m, [&](std::uint32_t read, std::uint32_t i) {
            const kernels::BlockFunction single = i == 0   ? kernel.first_single
                                                  : i == 1 ? kernel.second_single
                                                           : kernel.third_single;
            if (single && instruction.kernel == kernel.full && group.size != 1 &&
                specs[i].size() == 1) {
                instruction.kernel = single;
                instruction.in[i] = single_value(read, group);
                return;
            }
            instruction.in[i] = group_value(read, group, space);
            local_[read].last_read = number;
        });
        local_[m] = {cluster, static_cast<std::uint32_t>(plan_.values.size()) - group.first_value,
                     number, true};
        GroupValue v;
        if (info_[m].stored) v.slot = info_[m].slot;
        instruction.out = local_[m].value;
        if (info_[m].kind == Kind::reduction) {
            instruction.in[1] = instruction.out + 1;
            instruction.first = static_cast<std::uint32_t>(plan_.reductions.size());
            plan_.reductions.push_back({reducers_[info_[m].reducer], v.slot});
            plan_.values.insert(plan_.values.end(), {v, {}});
        } else {
            v.element = static_cast<std::uint8_t>(size_of((*graph_)[m].spec.dtype));
            plan_.values.push_back(v);
        }
        plan_.instructions.push_back(instruction);
        ++number;
    }
    group.values = static_cast<std::uint32_t>(plan_.values.size()) - group.first_value;
    group.stretches = static_cast<std::uint32_t>(plan_.stretches.size()) - group.first_stretch;
    group.reductions = static_cast<std::uint32_t>(plan_.reductions.size()) - group.first_reduction;
    shape_blocks(group);
    place_scratch(group, members);
    if (c.assigns) recognise_runs(group, members);
    group.single = group.size <= group.block;
    if (group.single)
        number_by_slots(group);
    else
        place_totals(group);
    plan_.steps.push_back({Step::Kind::group, static_cast<std::uint32_t>(plan_.groups.size())});
    plan_.groups.push_back(group);
}

// Scratch memory: stretched values and states keep their blocks, the others take turns.
void Planner::place_scratch(Group& group, std::span<const std::uint32_t> members) {
    const std::span<GroupValue> values(plan_.values.data() + group.first_value, group.values);
    for (std::uint32_t s = 0; s < group.stretches; ++s)
        values[plan_.stretches[group.first_stretch + s].value].scratch = group.scratch_blocks++;
    for (std::uint32_t k = 0; k < group.instructions; ++k) {
        if (info_[members[k]].kind == Kind::reduction)
            values[plan_.instructions[group.first_instruction + k].in[1]].scratch =
                group.scratch_blocks++;
    }
    std::vector<std::uint32_t> free;
    std::uint32_t number = 0;
    for (const std::uint32_t m : members) {
        GroupValue& out = values[local_[m].value];
        std::array<std::uint32_t, 3> released{};
        std::uint32_t releases = 0;
        bool same_size = true;
        for_each_read(m, [&](std::uint32_t read, std::uint32_t) {
            if (local_[read].cluster != emitting_ || !local_[read].computed) return;
            const GroupValue& in = values[local_[read].value];
            if (in.slot != no_slot || local_[read].last_read != number) return;
            local_[read].last_read = ~0U;  // x * x lets go of x once
            released[releases++] = in.scratch;
            same_size = same_size && in.element == out.element;
        });
        const auto let_go = [&] {
            free.insert(free.end(), released.begin(), released.begin() + releases);
        };
        if (same_size) let_go();  // an output may take the place of its own input
        if (out.slot == no_slot) {
            if (free.empty()) free.push_back(group.scratch_blocks++);
            out.scratch = free.back();
            free.pop_back();
        }
        if (!same_size) let_go();
        ++number;
    }
}

// All threads' totals lie behind what one thread needs.
void Planner::place_totals(const Group& group) {
    std::size_t bytes = aligned(group.scratch());
    for (std::uint32_t i = 0; i < group.reductions; ++i) {
        GroupReduction& r = plan_.reductions[group.first_reduction + i];
        r.totals = bytes;
        bytes += aligned(r.reducer.totals_bytes());
    }
    plan_.scratch = std::max(plan_.scratch, bytes);
}

// Some of a group's instructions as text, in the words of kernels::FusedPattern::program. `numbers`
// becomes the values of the group by their numbers in the text.
std::string Planner::program_of(std::span<const Instruction> instructions,
                                std::span<const std::uint32_t> members, const GroupValue* values,
                                std::vector<std::uint32_t>& numbers) const {
    numbers.clear();
    const auto number = [&](std::uint32_t value) {
        const auto at = std::find(numbers.begin(), numbers.end(), value);
        const auto n = at - numbers.begin();
        if (at == numbers.end()) numbers.push_back(value);
        return std::to_string(n);
    };
    std::string program;
    for (std::size_t j = 0; j < instructions.size(); ++j) {
        program += (*graph_)[members[j]].op->name();
        for (std::size_t i = 0; i < graph_->inputs(members[j]).size(); ++i) {
            const std::uint32_t in = instructions[j].in[i];
            program += ' ' + number(in) + (values[in].element == 0 ? "s" : "");
        }
        const std::uint32_t out = instructions[j].out;
        program += " > " + number(out) + (values[out].slot != no_slot ? "!" : "") + '\n';
    }
    return program;
}

// Puts one instruction in the place of each run of instructions that has a loop of its own. What
// such a run computes on the way must be nobody else's.
void Planner::recognise_runs(Group& group, std::span<const std::uint32_t> members) {
    const std::span<Instruction> all(plan_.instructions.data() + group.first_instruction,
                                     group.instructions);
    const GroupValue* const values = plan_.values.data() + group.first_value;
    std::vector<std::size_t> last_read(group.values);  // the instruction after it
    for (std::size_t k = 0; k < all.size(); ++k) {
        for (std::size_t i = 0; i < graph_->inputs(members[k]).size(); ++i)
            last_read[all[k].in[i]] = k + 1;
    }
    std::vector<std::uint32_t> numbers;
    const auto fits = [&](const kernels::FusedPattern& run, std::size_t k) {
        if (run.length > all.size() - k ||
            !run.program.starts_with((*graph_)[members[k]].op->name()))
            return false;
        const std::span<const Instruction> some = all.subspan(k, run.length);
        return program_of(some, members.subspan(k), values, numbers) == run.program &&
               std::all_of(some.begin(), some.end(), [&](const Instruction& i) {
                   return values[i.out].slot != no_slot || last_read[i.out] <= k + run.length;
               });
    };
    std::uint32_t kept = 0;
    for (std::size_t k = 0; k < all.size();) {
        const std::span<const kernels::FusedPattern> runs = kernels::fused_patterns();
        const auto found =
            std::find_if(runs.begin(), runs.end(),
                         [&](const kernels::FusedPattern& run) { return fits(run, k); });
        const kernels::FusedFunction function =
            found == runs.end() ? nullptr : found->kernel((*graph_)[members[k]].spec.dtype);
        if (!function) {
            all[kept++] = all[k++];
            continue;
        }
        Instruction instruction;
        instruction.run = function;
        instruction.first = static_cast<std::uint32_t>(plan_.run_values.size());
        instruction.values = static_cast<std::uint32_t>(numbers.size());
        plan_.run_values.insert(plan_.run_values.end(), numbers.begin(), numbers.end());
        k += found->length;
        all[kept++] = instruction;
    }
    plan_.instructions.resize(group.first_instruction + kept);
    group.instructions = kept;
}

// A single block's operands are where they are for the whole run.
void Planner::number_by_slots(const Group& group) {
    const auto number = [&](std::uint32_t& value) {
        const GroupValue& v = plan_.values[group.first_value + value];
        if (v.slot == no_slot) {
            while (plan_.blocks.size() <= v.scratch) plan_.blocks.push_back({plan_.slots++, 0});
            block_bytes_ = std::max(block_bytes_, group.scratch_bytes);
        }
        value = v.slot == no_slot ? plan_.blocks[v.scratch].slot : v.slot;
    };
    for (std::uint32_t s = 0; s < group.stretches; ++s)
        number(plan_.stretches[group.first_stretch + s].value);
    for (std::uint32_t k = 0; k < group.instructions; ++k) {
        Instruction& i = plan_.instructions[group.first_instruction + k];
        if (!i.run) std::ranges::for_each(i.in, number), number(i.out);
        for (std::uint32_t v = 0; v < i.values; ++v) number(plan_.run_values[i.first + v]);
    }
}

// Arrays of the workspace that nobody reads after `node`'s group. Values of that group may be
// written over them, element by element, from their last reader on.
void Planner::find_ending(std::uint32_t node, std::vector<std::uint32_t>& arrays) const {
    arrays.clear();
    const Info& info = info_[node];
    if (!blockwise(node) || clusters_[info.cluster].assigns) return;
    const Cluster& c = clusters_[info.cluster];
    for (std::uint32_t m = 0; m < c.count; ++m) {
        const std::uint32_t member = members_[c.first + m];
        for_each_read(member, [&](std::uint32_t read, std::uint32_t) {
            const std::uint32_t array = info_[read].array;
            const Info& from = info_[array];
            if (from.kind == Kind::leaf || from.kept || from.slot == no_slot) return;
            if (from.last_reader != member || from.last_read != info.position + 1 ||
                from.position == info.position)
                return;
            arrays.push_back(array);
        });
    }
}

// Offsets in the workspace, first fit over the free stretches as they are when the order is run;
// before that, a group's value takes the place of an array that ends with it.
void Planner::place_in_workspace() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>>
        ends;  // (position after the last read, node)
    std::vector<std::uint32_t> starts;
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
        const Info& info = info_[i];
        if (info.kind == Kind::leaf || info.slot == no_slot || info.kept) continue;
        starts.push_back(i);
    }
    std::sort(starts.begin(), starts.end(), [&](std::uint32_t a, std::uint32_t b) {
        return info_[a].position != info_[b].position ? info_[a].position < info_[b].position
                                                      : a < b;
    });
    std::map<std::size_t, std::size_t> free;  // offset → bytes, never adjacent
    std::vector<std::pair<std::size_t, std::size_t>> places(graph_->size());
    std::vector<std::uint32_t> ending;
    std::uint32_t position = ~0U;
    const auto give_back = [&](std::size_t offset, std::size_t bytes) {
        if (bytes == 0) return;  // a value has taken its place
        auto next = free.lower_bound(offset);
        if (next != free.end() && next->first == offset + bytes) {
            bytes += next->second;
            next = free.erase(next);
        }
        if (next != free.begin()) {
            const auto before = std::prev(next);
            if (before->first + before->second == offset) {
                before->second += bytes;
                return;
            }
        }
        free.emplace(offset, bytes);
    };
    const auto later = std::greater<>{};
    for (const std::uint32_t node : starts) {
        const Info& info = info_[node];
        while (!ends.empty() && ends.front().first <= info.position) {
            const auto [offset, bytes] = places[ends.front().second];
            give_back(offset, bytes);
            std::pop_heap(ends.begin(), ends.end(), later);
            ends.pop_back();
        }
        if (info.position != position) find_ending(node, ending);
        position = info.position;
        const Spec spec = (*graph_)[node].spec;
        const std::size_t bytes = aligned(std::max<std::size_t>(spec.bytes(), 1));
        const auto over = std::ranges::find_if(ending, [&](std::uint32_t array) {
            const Spec old = (*graph_)[array].spec;
            return info.kind == Kind::pointwise && places[array].second > 0 &&
                   info_[array].last_reader <= node && old.size() == spec.size() &&
                   size_of(old.dtype) == size_of(spec.dtype);
        });
        const auto fit =
            std::ranges::find_if(free, [&](const auto& f) { return f.second >= bytes; });
        std::size_t offset = plan_.workspace;
        if (over != ending.end()) {
            offset = std::exchange(places[*over], {}).first;
        } else if (fit != free.end()) {
            offset = fit->first;
            const std::size_t rest = fit->second - bytes;
            free.erase(fit);
            if (rest > 0) free.emplace(offset + bytes, rest);
        } else {
            plan_.workspace += bytes;
        }
        places[node] = {offset, bytes};
        plan_.work.push_back({info.slot, offset});
        ends.emplace_back(std::max(info.last_read, info.position + 1), node);
        std::push_heap(ends.begin(), ends.end(), later);
    }
}

bool Planner::reads_after_write(std::uint32_t old_leaf, std::uint32_t value) const {
    const Info& writer = info_[value];
    if (info_[old_leaf].last_read <= writer.position) return false;    // all read before
    if (info_[old_leaf].last_read > writer.position + 1) return true;  // some after
    if (writer.kind == Kind::call) {                                   // while it is written
        const auto inputs = graph_->inputs(value);
        const auto is_old = [&](std::uint32_t input) { return info_[input].array == old_leaf; };
        return !(*graph_)[value].op->in_place() || !is_old(inputs[0]) ||
               std::ranges::any_of(inputs.subspan(1), is_old);
    }
    const Cluster& c = clusters_[writer.cluster];
    bool written = false;
    for (std::uint32_t m = 0; m < c.count; ++m) {
        const std::uint32_t member = members_[c.first + m];
        bool reads = false;
        for_each_read(member, [&](std::uint32_t read, std::uint32_t) {
            reads = reads || info_[read].array == old_leaf;
        });
        if (written && reads) return true;
        written = written || member == value;
    }
    return false;
}

// An assigned value may overwrite the old one where everything reads that before, and nothing that
// may fail is still to come. Whether somebody else holds it is seen at binding.
void Planner::choose_in_place() {
    std::uint32_t last_failure = 0;  // position of the last step that may throw, plus one
    for (std::uint32_t p = 0; p < order_.size(); ++p) {
        if (order_[p].kind == Step::Kind::call && (*graph_)[order_[p].what].op->can_fail())
            last_failure = p + 1;
    }
    for (std::uint32_t a = 0; a < graph_->assigned().size(); ++a) {
        const std::uint32_t value = graph_->assigned()[a], old = graph_->old_values()[a];
        const Info& info = info_[value];
        if (info.kind == Kind::leaf || info.kind == Kind::view || info.viewed) continue;
        if (info.kind == Kind::reduction) continue;  // written when all else is read
        if (info.position < last_failure) continue;
        const bool read = old != PendingGraph::none;
        if (read && (info_[old].viewed || reads_after_write(old, value))) continue;
        const auto kept = std::find_if(plan_.kept.begin(), plan_.kept.end(),
                                       [&](const OutputBuffer& k) { return k.node == value; });
        if (kept->in_place_of != ~0U) continue;
        kept->in_place_of = a;
        kept->old_edges = read ? graph_->uses(old) : 0;
    }
}

}  // namespace shikumi::detail
