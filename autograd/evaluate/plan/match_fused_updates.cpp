#include <shikumi/autograd/evaluate/plan/match_fused_updates.hpp>

#include <algorithm>
#include <span>
#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/fused_updates.hpp>

namespace shikumi::detail {

namespace {

using kernels::FusedPattern;

// Compares the instructions of one group with patterns.
class Matcher {
public:
    Matcher(const Plan& plan, const FusionGroup& group);
    /// True where the instructions from number `first` on are those of the pattern.
    bool matches(const FusedPattern& pattern, std::size_t first);
    /// The group's values that stand for the pattern's, in its order, after a match.
    std::span<const std::uint32_t> bound() const noexcept { return bound_; }

private:
    static constexpr std::uint32_t unbound = ~0U;

    bool matches_operation(const FusedPattern& pattern, std::size_t operation, std::size_t at);
    bool bind(std::uint8_t number, std::uint32_t value);

    std::span<const Op* const> operations_;
    std::vector<Instruction> instructions_;
    std::span<const GroupValue> values_;
    std::vector<std::size_t> last_reads_;  // by value: the last instruction that reads it, plus one
    std::vector<std::uint32_t> bound_;
};

Matcher::Matcher(const Plan& plan, const FusionGroup& group)
    : operations_(plan.group_operations.data() + group.first_operation, group.operations),
      instructions_(plan.instructions.begin() + group.first_instruction,
                    plan.instructions.begin() + group.first_instruction + group.instructions),
      values_(plan.values.data() + group.first_value, group.values),
      last_reads_(group.values) {
    for (std::size_t k = 0; k < instructions_.size(); ++k) {
        for (std::uint32_t i = 0; i < instructions_[k].count; ++i)
            last_reads_[instructions_[k].in[i]] = k + 1;
    }
}

bool Matcher::matches(const FusedPattern& pattern, std::size_t first) {
    const std::size_t length = pattern.operations.size();
    if (length > instructions_.size() - first) return false;
    bound_.assign(pattern.values.size(), unbound);
    for (std::size_t k = 0; k < length; ++k) {
        if (!matches_operation(pattern, k, first + k)) return false;
    }
    return std::ranges::all_of(
        std::span(instructions_).subspan(first, length), [&](const Instruction& i) {
            return values_[i.out].slot != no_slot || last_reads_[i.out] <= first + length;
        });
}

bool Matcher::matches_operation(const FusedPattern& pattern, std::size_t operation,
                                std::size_t at) {
    const kernels::PatternOperation& wanted = pattern.operations[operation];
    const Instruction& instruction = instructions_[at];
    if (operations_[at]->name() != wanted.name || instruction.count != wanted.inputs) return false;
    for (std::size_t i = 0; i < wanted.inputs; ++i) {
        const bool is_number = values_[instruction.in[i]].element == 0;
        if (is_number != pattern.values[wanted.in[i]].number ||
            !bind(wanted.in[i], instruction.in[i]))
            return false;
    }
    const bool is_stored = values_[instruction.out].slot != no_slot;
    return is_stored == pattern.values[wanted.out].stored && bind(wanted.out, instruction.out);
}

// Each of the pattern's values stands for one of the group's, and for no other one.
bool Matcher::bind(std::uint8_t number, std::uint32_t value) {
    if (bound_[number] == unbound && std::ranges::find(bound_, value) == bound_.end())
        bound_[number] = value;
    return bound_[number] == value;
}

}  // namespace

void match_fused_updates(Plan& plan, FusionGroup& group, std::span<const DType> dtypes) {
    const std::span instructions(plan.instructions.data() + group.first_instruction,
                                 group.instructions);
    Matcher matcher(plan, group);
    std::uint32_t kept = 0;
    for (std::size_t k = 0; k < instructions.size();) {
        const std::span<const FusedPattern> patterns = kernels::fused_patterns();
        const auto found = std::ranges::find_if(
            patterns, [&](const FusedPattern& pattern) { return matcher.matches(pattern, k); });
        const kernels::FusedFunction loop =
            found == patterns.end() ? nullptr : found->loop(dtypes[k]);
        if (!loop) {
            instructions[kept++] = instructions[k++];
            continue;
        }
        const auto bound = matcher.bound();
        instructions[kept++] = {.fused = loop,
                                .first = static_cast<std::uint32_t>(plan.fused_values.size()),
                                .count = static_cast<std::uint32_t>(bound.size())};
        plan.fused_values.insert(plan.fused_values.end(), bound.begin(), bound.end());
        k += found->operations.size();
    }
    plan.instructions.resize(group.first_instruction + kept);
    group.instructions = kept;
}

}  // namespace shikumi::detail
