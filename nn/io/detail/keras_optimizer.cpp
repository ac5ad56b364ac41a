#include <shikumi/nn/io/detail/keras_optimizer.hpp>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/optimizer_state.hpp>

namespace shikumi::nn::detail {

namespace {

using optim::detail::OptimizerState;
using optim::detail::WeightState;

constexpr std::string_view who = "optimizer";

// Keras makes the slots in rounds: most rules those of one weight together, RMSprop each for all
// weights, and the largest velocities come after all others.
std::size_t round_of(const OptimizerState& state, const optim::Slot& slot, std::size_t number) {
    if (state.rule->name() == "RMSprop") return number;
    return slot.name == "velocity_hat" ? 1 : 0;
}

std::vector<WeightState> states_of(const OptimizerState& state,
                                   const std::vector<Parameter>& trained) {
    std::vector<WeightState> all;
    for (const Parameter& weight : trained) {
        const WeightState* const known = state.find(weight);
        all.push_back(known ? *known : state.fresh(weight));
    }
    return all;
}

// A part of the memory.
struct Kept {
    Parameter part, weight;
};

// What is kept for weights, in Keras's order.
std::vector<Kept> slots_in_order(const OptimizerState& state,
                                 const std::vector<Parameter>& trained) {
    const std::vector<WeightState> weights = states_of(state, trained);
    std::vector<Kept> all;
    for (const auto part : {&WeightState::average, &WeightState::accumulator}) {
        for (const WeightState& weight : weights) {
            if ((weight.*part).defined()) all.push_back({weight.*part, weight.weight});
        }
    }
    constexpr std::size_t most_rounds = 3;
    for (std::size_t round = 0; round < most_rounds; ++round) {
        for (const WeightState& weight : weights) {
            const std::vector<optim::Slot> slots = state.rule->slots(weight.weight);
            for (std::size_t i = 0; i < slots.size(); ++i) {
                if (round_of(state, slots[i], i) == round)
                    all.push_back({weight.slots[i], weight.weight});
            }
        }
    }
    return all;
}

// ---- optimisers of before Keras 2.11
// -------------------------------------------------------------

bool is_legacy(const std::vector<KerasVariable>& variables) {
    return !variables.empty() && variables.front().name.ends_with("/iter:0");
}

// "Adam/dense/kernel/m:0" is of slot "m".
std::string_view legacy_slot(std::string_view name) {
    name = name.substr(0, name.rfind(':'));
    return name.substr(name.rfind('/') + 1);
}

// The names that these slots have now.
std::string_view renamed(std::string_view optimizer, std::string_view slot) {
    using Row = std::pair<std::string_view, std::string_view>;
    if (optimizer == "Adamax" && slot == "v") return "norm";
    for (const auto& [before, now] :
         {Row{"m", "momentum"}, Row{"v", "velocity"}, Row{"vhat", "velocity_hat"},
          Row{"rms", "velocity"}, Row{"mg", "average_gradient"},
          Row{"accum_grad", "accumulated_grad"}, Row{"accum_var", "accumulated_delta_var"}}) {
        if (slot == before) return now;
    }
    return slot;
}

// The slots in the order of the file: the k-th variable of a slot belongs to the k-th weight.
std::vector<Parameter> legacy_order(const OptimizerState& state,
                                    const std::vector<Parameter>& trained,
                                    const std::vector<KerasVariable>& variables) {
    const std::vector<WeightState> weights = states_of(state, trained);
    std::map<std::string, std::size_t, std::less<>> seen;
    std::vector<Parameter> all;
    for (std::size_t i = 1; i < variables.size(); ++i) {
        const std::string slot(renamed(state.rule->name(), legacy_slot(variables[i].name)));
        const std::size_t k = seen[slot]++;
        if (k >= weights.size())
            fail<ValueError>(who, "the file has more variables '", slot,
                             "' than there are weights");
        const std::vector<optim::Slot> slots = state.rule->slots(weights[k].weight);
        const auto found = std::ranges::find(slots, slot, &optim::Slot::name);
        if (found == slots.end())
            fail<ValueError>(who, "the file has '", variables[i].name, "', which ",
                             state.rule->name(), " with these options doesn't keep");
        all.push_back(weights[k].slots[static_cast<std::size_t>(found - slots.begin())]);
    }
    return all;
}

// ---- taking over --------------------------------------------------------------------------------

// A variable's value for a part of the memory, where it has its shape.
Tensor fitting(const KerasVariable& variable, const Parameter& part) {
    if (variable.value.shape() != part.shape())
        fail<ValueError>(who, "the file's '", variable.name, "' is ", variable.value.shape(),
                         ", and '", part.name(), "' of the model's optimizer is ", part.shape());
    return variable.value.cast(part.dtype());
}

// Keras rounds the rate to f32: where that is what was done to our own, ours stays.
Tensor unrounded(const KerasVariable& variable, const Parameter& rate) {
    const Tensor given = fitting(variable, rate);
    const auto rounded = rate.value().cast(f32).item<float>();
    return static_cast<double>(rounded) == given.item<double>() ? rate.value() : given;
}

// Which parts of the memory the variables are, from the one of number `first` on.
struct Order {
    std::vector<Parameter> parts;
    std::size_t first;
};

// Whether the model had made no step: the file has the learning rate at most.
bool is_fresh(const std::vector<KerasVariable>& variables, const std::vector<Parameter>& parts) {
    return variables.size() == 1 || (variables.size() == 2 && variables[1].value.rank() == 0 &&
                                     !parts.front().shape().empty());
}

Order order_of(const OptimizerState& state, const std::vector<Parameter>& trained,
               const std::vector<KerasVariable>& variables) {
    if (is_legacy(variables)) return {legacy_order(state, trained, variables), 1};
    std::vector<Parameter> parts;
    for (const Kept& slot : slots_in_order(state, trained)) parts.push_back(slot.part);
    const std::size_t slots = parts.size(), count = variables.size();
    parts.insert(parts.end(), state.shared.begin(), state.shared.end());
    if (!parts.empty() && is_fresh(variables, parts)) return {{}, count};
    // The learning rate is missing where it is a schedule's, and in Keras 2's files.
    if (count == 1 + parts.size() || count == 2 + parts.size())
        return {parts, count - parts.size()};
    if (count == 1 + slots) {  // Keras 2 doesn't save what is kept once
        parts.resize(slots);
        return {parts, 1};
    }
    fail<ValueError>(who, "the file holds ", count, " variables of an optimizer; ",
                     state.rule->name(), " of this model has ", 2 + parts.size());
}

}  // namespace

std::vector<KerasVariable> keras_variables(const optim::Optimizer& optimizer,
                                           const std::vector<Parameter>& trained) {
    const OptimizerState& state = optimizer.parts();
    // As Keras keeps numbers where its floats are f64.
    const DType number = !trained.empty() && trained.front().dtype() == f64 ? f64 : f32;
    std::vector<KerasVariable> all{{"iteration", state.iterations.value()}};
    if (!state.groups.front().schedule.scheduled())
        all.push_back({"learning_rate", state.groups.front().learning_rate.value().cast(number)});
    for (const auto& [part, weight] : slots_in_order(state, trained))
        all.push_back({part.name(), part.value(), weight});
    for (const Parameter& part : state.shared)
        all.push_back({part.name(), part.value().cast(number)});
    return all;
}

std::optional<std::string> take_keras_variables(optim::Optimizer& optimizer,
                                                const std::vector<Parameter>& trained,
                                                const std::vector<KerasVariable>& variables) {
    const OptimizerState& state = optimizer.parts();
    if (variables.empty()) fail<ValueError>(who, "the file holds no variable of an optimizer");
    const Order order = order_of(state, trained, variables);
    const Tensor iterations = fitting(variables.front(), state.iterations);
    std::vector<Parameter> saved{{state.iterations.name(), iterations}};
    for (std::size_t i = 0; i < state.groups.size(); ++i) {
        if (!state.has_rate_of_its_own(i)) continue;
        const auto& [given, schedule, rate, decay] = state.groups[i];
        const bool in_file = i == 0 && order.first == 2;
        saved.emplace_back(rate.name(), schedule.scheduled() ? schedule(iterations.cast(f64))
                                        : in_file            ? unrounded(variables[1], rate)
                                                             : rate.value());
    }
    for (std::size_t i = 0; i < order.parts.size(); ++i)
        saved.emplace_back(order.parts[i].name(),
                           fitting(variables[order.first + i], order.parts[i]));
    const bool has_shared = std::ranges::any_of(order.parts, [&](const Parameter& part) {
        return std::ranges::find(state.shared, part) != state.shared.end();
    });
    if (!has_shared) saved.insert(saved.end(), state.shared.begin(), state.shared.end());
    optimizer.restore(trained, saved);
    if (has_shared || state.shared.empty() || order.parts.empty()) return std::nullopt;
    return sentence("the file lacks '", state.shared.front().name(), "' of the optimizer ",
                    state.rule->name(), ", which begins anew");
}

}  // namespace shikumi::nn::detail
