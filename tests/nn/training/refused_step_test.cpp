// A loss that fit refuses: weights, states of layers and the optimiser's memory stay.
#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::numbers;

namespace {

std::vector<double> everything(nn::Sequential& m) {
    std::vector<double> all;
    const auto add = [&](const Tensor& t) {
        for (const double v : numbers(t)) all.push_back(v);
    };
    for (const Tensor& w : m.get_weights()) add(w);
    for (const Parameter& p : m.optimizer().state()) add(p);
    return all;
}

// Trains well, then on samples whose loss is infinite, or NaN.
void check_refusal(const optim::Optimizer& optimizer, bool eagerly, const Tensor& bad) {
    nn::Sequential m{nn::Dense(3, {.input_dim = 1}), nn::BatchNormalization(), nn::Dense(1)};
    m.compile({.optimizer = optimizer, .loss = nn::mean_squared_error, .run_eagerly = eagerly});
    const Tensor x = tensor({{1.0}, {2.0}, {4.0}}).cast(f32),
                 y = tensor({{1.0}, {0.0}, {2.0}}).cast(f32);
    m.fit(x, y, {.verbose = 0});
    const std::vector<double> before = everything(m);
    for (int round = 0; round < 3; ++round) {
        REQUIRE_THROWS_WITH(m.fit(x, bad, {.verbose = 0}),
                            contains("the loss became") && contains("in epoch 1, batch 1"));
        CHECK(everything(m) == before);
    }
    CHECK_NOTHROW(m.fit(x, y, {.verbose = 0}));
    CHECK(everything(m) != before);
}

}  // namespace

TEST_CASE("a refused loss leaves everything as before the step", "[nn]") {
    const Tensor infinite = full({3, 1}, 1e30);
    for (const bool eagerly : {false, true}) {
        check_refusal(optim::SGD({.learning_rate = 0.1}), eagerly, infinite);
        check_refusal(optim::SGD({.learning_rate = 0.1, .momentum = 0.9}), eagerly, infinite);
        check_refusal(optim::Adam(), eagerly, infinite);
        check_refusal(optim::RMSprop(), eagerly, infinite);
        check_refusal(optim::Adam({.global_clipnorm = 1}), eagerly, infinite);
    }
}

TEST_CASE("the step before a refused one is kept", "[nn]") {
    nn::Sequential m{nn::Dense(1, {.kernel_initializer = nn::ones_init(), .input_dim = 1})};
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.25}), .loss = nn::mean_squared_error});
    // The second batch of each epoch is refused. Kernel: 1 − ½ · 1 · (1 − 3) = 2, bias 1.
    const Tensor x = tensor({{1.0}, {1.0}}).cast(f32), y = tensor({{3.0}, {1e30}}).cast(f32);
    REQUIRE_THROWS_WITH(m.fit(x, y, {.batch_size = 1, .verbose = 0, .shuffle = false}),
                        contains("batch 2"));
    CHECK(numbers(m.get_weights()[0]) == std::vector<double>{2});
    CHECK(numbers(m.get_weights()[1]) == std::vector<double>{1});
    CHECK(m.optimizer().iterations() == 1);
}

TEST_CASE("a NaN loss by a loss of one's own is refused alike", "[nn]") {
    nn::Sequential m{nn::LSTM(2, {.stateful = true}), nn::Dense(1)};
    m.compile({.optimizer = optim::Adam(), .loss = nn::Loss([](const Tensor& t, const Tensor& p) {
                                               return nn::mean_per_sample(square(p) * sqrt(t));
                                           })});
    const Tensor x = ones({1, 2, 1});
    m.fit(x, ones({1, 1}), {.verbose = 0});
    const Tensor next = m.predict(x);  // moves the states on
    const std::vector<double> before = everything(m);
    REQUIRE_THROWS_WITH(m.fit(x, full({1, 1}, -1), {.verbose = 0}),
                        contains("the loss became nan"));
    CHECK(everything(m) == before);
}

TEST_CASE("an optimiser belongs to one model", "[nn]") {
    // Each weight goes from 1 towards 9; two steps of Adam with a rate of 0.1 move it by 0.1 each
    // (the first moment and the root of the second are equal up to the change of the gradient).
    const auto trained = [](nn::Sequential& m) {
        m.fit(ones({1, 1}), full({1, 1}, 9), {.epochs = 2, .verbose = 0});
        return m.get_weights()[0].item<double>();
    };
    const auto model = [] {
        return nn::Sequential{nn::Dense(
            1, {.use_bias = false, .kernel_initializer = nn::ones_init(), .input_dim = 1})};
    };
    const optim::Adam shared({.learning_rate = 0.1});
    nn::Sequential a = model(), b = model();
    a.compile({.optimizer = shared, .loss = nn::mean_squared_error});
    REQUIRE_THROWS_WITH(b.compile({.optimizer = shared, .loss = nn::mean_squared_error}),
                        contains("[compile]") && contains("Adam") && contains("another model"));
    CHECK_NOTHROW(a.compile({.optimizer = shared, .loss = nn::mean_squared_error}));
    nn::Sequential moved = std::move(a);
    CHECK_NOTHROW(moved.compile({.optimizer = shared, .loss = nn::mean_squared_error}));
    b.compile({.optimizer = optim::Adam({.learning_rate = 0.1}), .loss = nn::mean_squared_error});
    CHECK(trained(moved) == Approx(1.1999652).epsilon(1e-6));
    CHECK(trained(b) == Approx(1.1999652).epsilon(1e-6));
}
