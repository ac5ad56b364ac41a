#include <shikumi/optim/detail/optimizer_state.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim::detail {

namespace {

constexpr auto who = "optimizer";

bool contains_one_of(std::string_view name, const std::vector<std::string>& parts) {
    return std::ranges::any_of(
        parts, [&](const std::string& part) { return name.find(part) != std::string_view::npos; });
}

std::string quoted(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all += " '" + name + "'";
    return all;
}

}  // namespace

Parameter frozen(std::string name, const Tensor& value) {
    Parameter p(std::move(name), value);
    p.set_trainable(false);
    return p;
}

Tensor checked_rate(double rate) {
    if (!(rate >= 0) || !std::isfinite(rate))
        fail<ValueError>(who, "the learning rate must be a number >= 0, got ", rate);
    return scalar(rate, f64);
}

// The rate before the first update.
Tensor first_rate(const LearningRate& rate) {
    const Tensor first = rate(scalar(0, f64));
    if (first.spec() != Spec{{}, f64})
        fail<ValueError>(who, "a schedule of the learning rate gives a scalar of f64, got ",
                         first.spec());
    return checked_rate(first.item<double>());
}

std::string slot_name(const Parameter& weight, std::string_view slot) {
    std::string name = weight.name();
    std::ranges::replace(name, '/', '_');
    return name.append("_").append(slot);
}

bool Group::holds(const Parameter& weight) const {
    return std::ranges::find(given.parameters, weight) != given.parameters.end() ||
           contains_one_of(weight.name(), given.names);
}

std::vector<Parameter> WeightState::parts() const {
    std::vector<Parameter> all;
    for (const Parameter& p : {average, accumulator}) {
        if (p.defined()) all.push_back(p);
    }
    all.insert(all.end(), slots.begin(), slots.end());
    return all;
}

OptimizerState::OptimizerState(std::shared_ptr<const Rule> own_rule, const LearningRate& schedule,
                               const Tensor& rate, const StepOptions& own_options)
    : rule(std::move(own_rule)),
      options(own_options),
      iterations(frozen("iterations", scalar(0, i64))),
      groups{{{}, schedule, frozen("learning_rate", rate), options.weight_decay}} {
    for (const Slot& slot : rule->shared_slots())
        shared.push_back(frozen(slot.name, scalar(slot.start, f64)));
}

bool OptimizerState::has_rate_of_its_own(std::size_t group) const {
    return group == 0 || !(groups[group].learning_rate == groups[0].learning_rate);
}

void OptimizerState::add(const ParameterGroup& group) {
    LearningRate schedule = groups[0].schedule;
    Parameter rate = groups[0].learning_rate;
    if (group.learning_rate) {
        schedule = *group.learning_rate;
        rate = frozen("learning_rate_" + std::to_string(groups.size()), first_rate(schedule));
    }
    const double decay = group.weight_decay.value_or(options.weight_decay);
    check_not_negative(who, "weight_decay", decay);
    groups.push_back({group, schedule, rate, decay});
}

std::size_t OptimizerState::group_of(const Parameter& weight) const {
    std::size_t found = 0;
    for (std::size_t i = 1; i < groups.size(); ++i) {
        if (!groups[i].holds(weight)) continue;
        if (found != 0)
            fail<ValueError>(who, "parameter '", weight.name(), "' is in the groups ", found,
                             " and ", i);
        found = i;
    }
    return found;
}

// Before the first step: later ones may be on a part of the parameters.
void OptimizerState::check_names(const std::vector<Parameter>& parameters) const {
    if (!weights.empty()) return;
    const auto refuse_unless_any = [&](auto holds, std::string_view what,
                                       const std::vector<std::string>& names) {
        if (parameters.empty() || std::ranges::any_of(parameters, holds)) return;
        fail<ValueError>(who, what, quoted(names), " has none of the ", parameters.size(),
                         " parameters, which begin with '", parameters.front().name(), "'");
    };
    for (std::size_t i = 1; i < groups.size(); ++i)
        refuse_unless_any([&](const Parameter& p) { return groups[i].holds(p); },
                          "group " + std::to_string(i), groups[i].given.names);
    if (!without_decay.empty())
        refuse_unless_any(
            [&](const Parameter& p) { return contains_one_of(p.name(), without_decay); },
            "the list of weights that do not decay,", without_decay);
}

void OptimizerState::refuse_after_a_step(std::string_view what) const {
    if (!weights.empty()) fail<StateError>(who, what, " after a step: say it before the first one");
}

const Group& OptimizerState::group(std::size_t number) const {
    if (number >= groups.size())
        fail<ValueError>(who, "there is no group ", number, ", the last one is ",
                         groups.size() - 1);
    return groups[number];
}

WeightState OptimizerState::fresh(const Parameter& weight) const {
    const std::size_t group = group_of(weight);
    WeightState fresh{weight, group, 0, {}, {}, {}};
    if (!contains_one_of(weight.name(), without_decay))
        fresh.weight_decay = rule->weight_decay(weight, groups[group].weight_decay);
    const auto kept = [&](std::string_view name, const Tensor& value) {
        return frozen(slot_name(weight, name), value);
    };
    const Tensor zeros = full(weight.shape(), 0, weight.dtype());
    if (options.use_ema) fresh.average = kept("average", zeros);
    if (options.gradient_accumulation_steps > 1)
        fresh.accumulator = kept("gradient_accumulator", zeros);
    for (const Slot& slot : rule->slots(weight))
        fresh.slots.push_back(kept(
            slot.name,
            slot.value.defined() ? slot.value : full(weight.shape(), slot.start, weight.dtype())));
    return fresh;
}

// The weights come in the same order at every step: the one after the last is tried first.
WeightState& OptimizerState::state_of(const Parameter& weight, std::size_t expected) {
    if (expected < weights.size() && weights[expected].weight == weight) return weights[expected];
    for (WeightState& w : weights) {
        if (w.weight == weight) return w;
    }
    return weights.emplace_back(fresh(weight));
}

const WeightState* OptimizerState::find(const Parameter& weight) const {
    const auto found = std::ranges::find(weights, weight, &WeightState::weight);
    return found == weights.end() ? nullptr : &*found;
}

}  // namespace shikumi::optim::detail
