// What an Optimizer works on: its rule, its groups, and the state of each weight.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim::detail {

/// A parameter that no training changes.
Parameter frozen(std::string name, const Tensor& value);
/// A learning rate as a scalar of f64. Throws ValueError unless it is finite and not negative.
Tensor checked_rate(double rate);
/// The rate before the first update. Throws ValueError unless it is a scalar of f64 and a rate.
Tensor first_rate(const LearningRate& rate);
/// Keras's name of a slot.
std::string slot_name(const Parameter& weight, std::string_view slot);

/// Weights with one learning rate and decay: a group of the user's, or all that are in none.
/// Numbers that change are parameters, so that a captured step stays right.
struct Group {
    ParameterGroup given;  ///< without its rate and decay
    LearningRate schedule;
    Parameter learning_rate;
    double weight_decay;

    bool holds(const Parameter& weight) const;
};

/// What is kept for a weight. Average and accumulator are undefined where they are not wanted.
struct WeightState {
    Parameter weight;
    std::size_t group;
    double weight_decay;
    std::vector<Parameter> slots;
    Parameter average, accumulator;

    /// All that are defined.
    std::vector<Parameter> parts() const;
};

/// The shared part of an Optimizer's copies.
struct OptimizerState {
    std::shared_ptr<const Rule> rule;
    StepOptions options;
    Parameter iterations;           ///< counts calls
    std::vector<Group> groups;      ///< the first one is of the weights in no group of the user's
    std::vector<Parameter> shared;  ///< the rule's shared slots
    std::vector<WeightState> weights;  ///< in the order of their first steps
    std::vector<std::string> without_decay = {};
    std::shared_ptr<const void> model = {};  ///< the first one compiled with it; null: none

    OptimizerState(std::shared_ptr<const Rule> own_rule, const LearningRate& schedule,
                   const Tensor& rate, const StepOptions& own_options);

    bool has_rate_of_its_own(std::size_t group) const;
    void add(const ParameterGroup& group);
    std::size_t group_of(const Parameter& weight) const;
    void check_names(const std::vector<Parameter>& parameters) const;
    void refuse_after_a_step(std::string_view what) const;
    const Group& group(std::size_t number) const;
    /// The state of a weight that has made no step yet.
    WeightState fresh(const Parameter& weight) const;
    WeightState& state_of(const Parameter& weight, std::size_t expected);
    const WeightState* find(const Parameter& weight) const;
};

}  // namespace shikumi::optim::detail
