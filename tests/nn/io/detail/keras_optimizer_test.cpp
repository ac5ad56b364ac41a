#include <shikumi/nn/io/detail/keras_optimizer.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <shikumi/shikumi.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::nn::detail;
using shikumi_test::contains;

namespace {

std::vector<Parameter> some_weights() {
    return {Parameter("d/kernel", tensor({{1, 2}, {3, 4}, {5, 6}})),
            Parameter("d/bias", tensor({1, 2}))};
}

void take_steps(optim::Optimizer& optimizer, const std::vector<Parameter>& weights, int count) {
    for (int i = 0; i < count; ++i) {
        Tensor loss = scalar(0);
        for (const Parameter& weight : weights) loss = loss + sum(square(weight.value() * weight));
        evaluate({}, optimizer.minimize(loss, weights));
    }
}

std::vector<std::string> names_of(const std::vector<KerasVariable>& variables) {
    std::vector<std::string> names;
    for (const KerasVariable& variable : variables) names.push_back(variable.name);
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

// The order is what keras.optimizers.X(…).variables shows in Keras 3.15.
TEST_CASE("variables have Keras's order", "[keras]") {
    const std::vector<Parameter> weights = some_weights();
    const auto names = [&](const optim::Optimizer& optimizer) {
        return names_of(keras_variables(optimizer, weights));
    };
    CHECK(names(optim::SGD()) == Names{"iteration", "learning_rate"});
    CHECK(names(optim::SGD({.momentum = 0.9, .use_ema = true, .gradient_accumulation_steps = 3})) ==
          Names{"iteration", "learning_rate", "d_kernel_average", "d_bias_average",
                "d_kernel_gradient_accumulator", "d_bias_gradient_accumulator", "d_kernel_momentum",
                "d_bias_momentum"});
    CHECK(names(optim::Adam({.amsgrad = true})) ==
          Names{"iteration", "learning_rate", "d_kernel_momentum", "d_kernel_velocity",
                "d_bias_momentum", "d_bias_velocity", "d_kernel_velocity_hat",
                "d_bias_velocity_hat"});
    CHECK(names(optim::RMSprop({.momentum = 0.9, .centered = true})) ==
          Names{"iteration", "learning_rate", "d_kernel_velocity", "d_bias_velocity",
                "d_kernel_momentum", "d_bias_momentum", "d_kernel_average_gradient",
                "d_bias_average_gradient"});
    CHECK(names(optim::Nadam()) == Names{"iteration", "learning_rate", "d_kernel_momentum",
                                         "d_kernel_velocity", "d_bias_momentum", "d_bias_velocity",
                                         "u_product"});
    CHECK(names(optim::Adam({.learning_rate = optim::ExponentialDecay(0.1, 10, 0.9)})).at(1) ==
          "d_kernel_momentum");
    CHECK(names(optim::Muon()) == Names{"iteration", "learning_rate", "d_kernel_momentum",
                                        "d_bias_momentum", "d_bias_velocity"});
}

TEST_CASE("what was written is taken over, and the steps go on", "[keras]") {
    const std::vector<optim::Optimizer> patterns{
        optim::SGD({.momentum = 0.9}),
        optim::SGD({.momentum = 0.5, .use_ema = true, .gradient_accumulation_steps = 2}),
        optim::Adam({.amsgrad = true}),
        optim::Adam({.learning_rate = optim::ExponentialDecay(0.1, 2, 0.5)}),
        optim::RMSprop({.momentum = 0.9, .centered = true}),
        optim::Nadam(),
        optim::Adafactor(),
        optim::Adadelta(),
        optim::Ftrl()};
    for (const optim::Optimizer& pattern : patterns) {
        INFO(pattern.name());
        const std::vector<Parameter> weights = some_weights();
        optim::Optimizer one = pattern.for_model(std::make_shared<int>(1));
        optim::Optimizer two = pattern.for_model(std::make_shared<int>(2));
        take_steps(one, weights, 3);
        std::vector<Parameter> copies;
        for (const Parameter& weight : weights) copies.emplace_back(weight.name(), weight.value());
        CHECK_FALSE(take_keras_variables(two, copies, keras_variables(one, weights)));
        take_steps(one, weights, 3);
        take_steps(two, copies, 3);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const auto a = weights[i].value().to_vector<double>();
            const auto b = copies[i].value().to_vector<double>();
            for (std::size_t k = 0; k < a.size(); ++k) CHECK(a[k] == Approx(b[k]).epsilon(1e-6));
        }
    }
}

TEST_CASE("optimisers of before Keras 2.11 are known by their names", "[keras]") {
    const std::vector<Parameter> weights = some_weights();
    const Tensor kernel = tensor({{1, 1}, {1, 1}, {1, 1}}), bias = tensor({1, 1});
    // All m, then all v.
    std::vector<KerasVariable> variables{{"Adam/iter:0", scalar(7, i64)},
                                         {"Adam/d/kernel/m:0", kernel * 1.0},
                                         {"Adam/d/bias/m:0", bias * 2.0},
                                         {"Adam/d/kernel/v:0", kernel * 3.0},
                                         {"Adam/d/bias/v:0", bias * 4.0}};
    optim::Adam adam;
    CHECK_FALSE(take_keras_variables(adam, weights, variables));
    CHECK(adam.iterations() == 7);
    CHECK(adam.slot(weights[0], "momentum").value().to_vector<float>().front() == 1);
    CHECK(adam.slot(weights[1], "momentum").value().to_vector<float>().front() == 2);
    CHECK(adam.slot(weights[0], "velocity").value().to_vector<float>().front() == 3);
    CHECK(adam.slot(weights[1], "velocity").value().to_vector<float>().front() == 4);

    variables.back().name = "Adam/d/bias/vhat:0";
    optim::Adam other;
    CHECK_THROWS_AS(take_keras_variables(other, weights, variables), ValueError);
    CHECK(other.iterations() == 0);
}

TEST_CASE("a schedule's rate follows from the count of steps", "[keras]") {
    const std::vector<Parameter> weights = some_weights();
    optim::SGD sgd({.learning_rate = optim::ExponentialDecay(1, 1, 0.5)});
    take_keras_variables(sgd, weights, {{"0", scalar(3, i64)}});
    CHECK(sgd.learning_rate() == Approx(0.125));
}

TEST_CASE("a model that had made no step has a count and a rate", "[keras]") {
    const std::vector<Parameter> weights = some_weights();
    optim::Adam adam;
    take_keras_variables(adam, weights, {{"0", scalar(0, i64)}, {"1", scalar(0.25)}});
    CHECK(adam.learning_rate() == 0.25);
    CHECK(adam.iterations() == 0);
}

TEST_CASE("Keras 2 doesn't save what Nadam keeps once, which is said", "[keras]") {
    const std::vector<Parameter> weights = some_weights();
    optim::Nadam one, two;
    take_steps(one, weights, 2);
    std::vector<KerasVariable> variables = keras_variables(one, weights);
    variables.erase(variables.begin() + 1);
    variables.pop_back();
    const auto note = take_keras_variables(two, weights, variables);
    REQUIRE(note);
    CHECK_THAT(*note, contains("u_product"));
    CHECK(two.iterations() == 2);
}

TEST_CASE("another optimiser's memory is refused, and nothing changes", "[keras]") {
    const std::vector<Parameter> weights = some_weights();
    optim::Adam adam;
    take_steps(adam, weights, 1);
    optim::SGD sgd({.momentum = 0.9});
    CHECK_THROWS_AS(take_keras_variables(sgd, weights, keras_variables(adam, weights)), ValueError);
    std::vector<KerasVariable> variables = keras_variables(adam, weights);
    variables[2].value = tensor({1, 2});
    CHECK_THROWS_AS(take_keras_variables(adam, weights, variables), ValueError);
    variables = keras_variables(adam, weights);
    variables[0].value = scalar(-1, i64);
    CHECK_THROWS_AS(take_keras_variables(adam, weights, variables), ValueError);
    CHECK_THROWS_AS(take_keras_variables(adam, weights, {}), ValueError);
    CHECK(adam.iterations() == 1);
}
