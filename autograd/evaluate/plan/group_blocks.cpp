#include <shikumi/autograd/evaluate/plan/group_blocks.hpp>

#include <algorithm>
#include <span>
#include <vector>

#include <shikumi/autograd/evaluate/plan/lay_out_memory.hpp>

namespace shikumi::detail {

namespace {

// A block of scratch memory: the first-level cache holds about ten of them.
constexpr std::size_t block_bytes = 4096;
// Blocks that one thread takes at a time.
constexpr Index blocks_at_a_time = 16;

// Of the widest element; no block is as large as its bytes.
std::size_t widest_element(const Plan& plan, const FusionGroup& group) {
    std::size_t widest = 4;
    for (std::uint32_t v = 0; v < group.values; ++v)
        widest = std::max<std::size_t>(widest, plan.values[group.first_value + v].element);
    return widest;
}

// Repeated along the first axis.
bool is_row(const Broadcast& b) { return b.rank == 2 && b.moves[1] && b.sizes[1] > 0; }

bool is_constant(const Broadcast& b, const FusionGroup& group) {
    const auto whole_rows = [&](Index n) { return n >= group.size || n % b.sizes[1] == 0; };
    return b.rank == 0 || (b.rank == 1 && !b.moves[0]) || group.block == group.size ||
           (is_row(b) && whole_rows(group.block) && whole_rows(group.piece));
}

bool is_reduction(const Instruction& i) { return !i.kernel && !i.fused && !i.with_slope; }

}  // namespace

// Whole rows where a row is what gets expanded, so that it is expanded once.
void shape_blocks(Plan& plan, FusionGroup& group) {
    const std::span broadcasts(plan.broadcasts.data() + group.first_broadcast, group.broadcasts);
    const std::span reductions(plan.reductions.data() + group.first_reduction, group.reductions);
    const std::size_t widest = widest_element(plan, group);
    group.block = static_cast<Index>(block_bytes / widest);
    Index unit = reductions.empty() ? 1 : reductions[0].reducer.unit(group.block);
    for (const Broadcast& b : broadcasts) {
        if (unit == 1 && is_row(b) && b.sizes[1] <= group.block) unit = b.sizes[1];
    }
    group.block -= group.block % unit;
    group.block = std::min(group.block, std::max<Index>(group.size, 1));
    group.piece =
        reductions.empty() ? blocks_at_a_time * group.block : reductions[0].reducer.piece();
    group.single_block = group.size <= group.block;
    group.scratch_bytes = aligned(static_cast<std::size_t>(group.block) * widest);
    for (const GroupReduction& r : reductions)
        group.scratch_bytes = std::max(group.scratch_bytes, aligned(r.reducer.state_bytes()));
    for (Broadcast& b : broadcasts) b.constant = is_constant(b, group);
}

void place_scratch(Plan& plan, FusionGroup& group) {
    constexpr std::uint32_t nobody = ~0U;
    const std::span values(plan.values.data() + group.first_value, group.values);
    const std::span instructions(plan.instructions.data() + group.first_instruction,
                                 group.instructions);
    for (std::uint32_t b = 0; b < group.broadcasts; ++b)
        values[plan.broadcasts[group.first_broadcast + b].value].scratch = group.scratch_blocks++;
    std::vector<std::uint32_t> last_reader(group.values, nobody);  // of what the group computes
    for (std::uint32_t k = 0; k < group.instructions; ++k) {
        const Instruction& instruction = instructions[k];
        if (is_reduction(instruction)) values[instruction.in[1]].scratch = group.scratch_blocks++;
        for (std::uint32_t i = 0; i < instruction.count; ++i) last_reader[instruction.in[i]] = k;
    }
    std::vector<bool> computed(group.values);
    std::vector<std::uint32_t> free;
    for (std::uint32_t k = 0; k < group.instructions; ++k) {
        const Instruction& instruction = instructions[k];
        const GroupValue& out = values[instruction.out];
        std::vector<std::uint32_t> released;
        bool same_size = true;
        for (std::uint32_t i = 0; i < instruction.count; ++i) {
            const std::uint32_t input = instruction.in[i];
            const GroupValue& in = values[input];
            if (!computed[input] || in.slot != no_slot || last_reader[input] != k) continue;
            last_reader[input] = nobody;  // x * x lets go of x once
            released.push_back(in.scratch);
            same_size = same_size && in.element == out.element;
        }
        const auto let_go = [&] { free.insert(free.end(), released.begin(), released.end()); };
        const auto give = [&](std::uint32_t value) {
            computed[value] = true;
            if (values[value].slot != no_slot) return;
            if (free.empty()) free.push_back(group.scratch_blocks++);
            values[value].scratch = free.back();
            free.pop_back();
        };
        if (same_size) let_go();  // an output may take the place of its own input
        give(instruction.out);
        if (instruction.with_slope) give(instruction.in[1]);
        if (!same_size) let_go();
    }
}

void place_totals(Plan& plan, const FusionGroup& group) {
    std::size_t bytes = aligned(group.scratch());
    for (std::uint32_t i = 0; i < group.reductions; ++i) {
        GroupReduction& r = plan.reductions[group.first_reduction + i];
        r.totals = bytes;
        bytes += aligned(r.reducer.totals_bytes());
    }
    plan.scratch = std::max(plan.scratch, bytes);
}

}  // namespace shikumi::detail
