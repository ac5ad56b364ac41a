// Objective: the options of compile, resolved for a model.
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/nn/training/detail/objective.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::Mode;
using nn::detail::Objective;
using shikumi_test::contains;

namespace {

nn::Model two_outputs(bool frozen = false) {
    const nn::Input x({1}, {.name = "x"});
    const auto a = nn::shared(nn::Dense(1, {.use_bias = false,
                                            .kernel_initializer = nn::constant(2),
                                            .kernel_regularizer = nn::L2(0.25),
                                            .name = "a"}));
    const auto b = nn::shared(nn::Dense(1, {.use_bias = false,
                                            .kernel_initializer = nn::constant(3),
                                            .kernel_constraint = nn::NonNeg(),
                                            .name = "b"}));
    nn::Model model(x, {x | a, x | b});
    if (frozen) b.layer->set_trainable(false);
    return model;
}

const nn::Batch batch{{ones({2, 1})}, {zeros({2, 1}), zeros({2, 1})}};
const std::vector<Spec> targets = nn::specs_of(batch.y);

std::vector<std::string> names(const nn::Logs& logs) {
    std::vector<std::string> all;
    for (const auto& [name, value] : logs) all.push_back(name);
    return all;
}

}  // namespace

TEST_CASE("an objective adds weighted losses and penalties", "[nn]") {
    nn::Model model = two_outputs();
    const Objective objective(model,
                              {.loss = nn::mean_squared_error,
                               .metrics = {{"b", {nn::binary_accuracy}}},
                               .loss_weights = {{"b", 0.5}}},
                              targets);
    const auto measured = objective.measure(model, batch, objective.start(), Mode::infer);
    CHECK(measured.result.output_losses.size() == 2);
    CHECK(measured.result.metrics.size() == 1);
    CHECK(measured.result.states.size() == 2);
    CHECK(measured.roots().size() == 6);
    evaluate(measured.roots());
    const nn::Logs logs = objective.logs(measured.result);
    CHECK(names(logs) == std::vector<std::string>{"loss", "a_loss", "b_loss", "b_binary_accuracy"});
    CHECK(logs["a_loss"] == Approx(4));
    CHECK(logs["b_loss"] == Approx(9));
    CHECK(logs["loss"] == Approx(4 + 0.5 * 9 + 0.25 * 4));
    CHECK(logs["b_binary_accuracy"] == 0);
}

TEST_CASE("an objective knows the trainable and the constrained weights", "[nn]") {
    nn::Model model = two_outputs(), half = two_outputs(true);
    const nn::CompileOptions how{.loss = nn::mean_squared_error};
    CHECK(Objective(half, how, targets).weights().size() == 1);
    const Objective objective(model, how, targets);
    REQUIRE(objective.weights().size() == 2);
    std::vector<Assignment> steps;
    for (const Parameter& w : objective.weights()) steps.push_back({w, full({1, 1}, -7)});
    objective.constrain(steps);
    CHECK(steps[0].value.item<double>() == -7);
    CHECK(steps[1].value.item<double>() == 0);
}

TEST_CASE("an objective refuses options that don't fit the outputs", "[nn]") {
    nn::Model model = two_outputs();
    REQUIRE_THROWS_AS(Objective(model, {}, targets), StateError);
    REQUIRE_THROWS_WITH(Objective(model, {.loss = {{"c", nn::mean_squared_error}}}, targets),
                        contains("losses for 'c'"));
    REQUIRE_THROWS_WITH(Objective(model, {.loss = nn::mean_squared_error}, {targets[0]}),
                        contains("2 outputs and y 1"));
    REQUIRE_THROWS_WITH(Objective(model,
                                  {.loss = nn::mean_squared_error,
                                   .metrics = {nn::binary_accuracy, nn::binary_accuracy}},
                                  targets),
                        contains("two numbers of the logs are called 'a_binary_accuracy'"));
}

TEST_CASE("metrics go on from their states", "[nn]") {
    nn::Model model = two_outputs();
    const Objective objective(
        model, {.loss = nn::mean_squared_error, .metrics = {{"b", {nn::binary_accuracy}}}},
        targets);
    const nn::Batch right{{ones({6, 1})}, {zeros({6, 1}), ones({6, 1})}};
    auto first = objective.measure(model, batch, objective.start(), Mode::infer);
    evaluate(first.roots());
    auto second = objective.measure(model, right, first.result.states, Mode::infer);
    evaluate(second.roots());
    CHECK(objective.logs(first.result)["b_binary_accuracy"] == 0);
    CHECK(objective.logs(second.result)["b_binary_accuracy"] == Approx(0.75));
    CHECK(objective.is_for(right.y));
    CHECK_FALSE(objective.is_for({zeros({2, 1}), zeros({2})}));
}
