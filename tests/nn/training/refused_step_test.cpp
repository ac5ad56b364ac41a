// A loss that fit refuses: weights, states of layers and the optimiser's memory stay.
#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

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

TEST_CASE("models compiled with one optimiser have counts and memory of their own", "[nn]") {
    const auto model = [] {
        return nn::Sequential{nn::Dense(
            1, {.use_bias = false, .kernel_initializer = nn::ones_init(), .input_dim = 1})};
    };
    const auto train = [](nn::Sequential& m) {
        m.fit(ones({1, 1}), full({1, 1}, 9), {.verbose = 0});
    };
    // From 1 towards 9 by two steps of Adam in turns.
    const optim::Adam shared({.learning_rate = 0.1});
    nn::Sequential a = model(), b = model();
    a.compile({.optimizer = shared, .loss = nn::mean_squared_error});
    b.compile({.optimizer = shared, .loss = nn::mean_squared_error});
    for (nn::Sequential* m : {&a, &b, &a, &b}) train(*m);
    CHECK(a.get_weights()[0].item<double>() == Approx(1.1999652).epsilon(1e-7));
    CHECK(b.get_weights()[0].item<double>() == Approx(1.1999652).epsilon(1e-7));
    CHECK(shared.iterations() == 2);  // the first model's
    CHECK(a.optimizer().iterations() == 2);
    CHECK(b.optimizer().iterations() == 2);

    // The same model goes on where it was, wherever it moves.
    nn::Sequential moved = std::move(a);
    moved.compile({.optimizer = shared, .loss = nn::mean_squared_error});
    CHECK(moved.optimizer().iterations() == 2);

    // A schedule starts anew; a rate that was set is taken over.
    const optim::SGD falling({.learning_rate = optim::ExponentialDecay(1, 1, 0.5)});
    nn::Sequential c = model(), d = model();
    c.compile({.optimizer = falling, .loss = nn::mean_squared_error});
    train(c);
    d.compile({.optimizer = falling, .loss = nn::mean_squared_error});
    CHECK(c.optimizer().learning_rate() == Approx(0.5));
    CHECK(d.optimizer().learning_rate() == Approx(1));
    optim::SGD set({.learning_rate = 1});
    set.set_learning_rate(0.125);
    nn::Sequential e = model(), f = model();
    for (nn::Sequential* m : {&e, &f})
        m->compile({.optimizer = set, .loss = nn::mean_squared_error});
    CHECK(f.optimizer().learning_rate() == 0.125);
}
