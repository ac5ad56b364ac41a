// States that layers keep from batch to batch, in steps that are recorded once and replayed.
#include <memory>
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;
using shikumi_test::numbers;

namespace {

// h' = x + h: after batches of ones, 1, 2, 3, …
nn::SimpleRNN counter() {
    return nn::SimpleRNN(1, {.activation = nn::linear,
                             .kernel_initializer = nn::ones_init(),
                             .recurrent_initializer = nn::ones_init(),
                             .stateful = true});
}

struct Counting {
    std::shared_ptr<nn::SimpleRNN> layer = std::make_shared<nn::SimpleRNN>(counter());
    nn::Sequential model;

    Counting() {
        model.add(nn::Input({1, 1}));
        model.add(layer);
    }
    std::vector<double> predict(Index samples = 1) {
        return numbers(model.predict(ones({samples, 1, 1})));
    }
};

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("states are forgotten between captured steps", "[recurrent]") {
    Counting c;
    for (int round = 0; round < 3; ++round) {
        c.layer->reset_states();
        CHECK(c.predict() == Numbers{1});
        CHECK(c.predict() == Numbers{2});
    }
    c.model.compile(
        {.optimizer = optim::SGD({.learning_rate = 0}), .loss = nn::mean_squared_error});
    // The loss of each epoch's two batches against 0: (1 + 4)/2 where it starts anew.
    std::vector<double> losses =
        c.model
            .fit(ones({2, 1, 1}), zeros({2, 1}),
                 {.batch_size = 1,
                  .epochs = 3,
                  .verbose = 0,
                  .on_epoch_end = [&](nn::EpochLog&) { c.layer->reset_states(); }})
            .history.at("loss");
    CHECK(losses[1] == Approx(2.5));
    CHECK(losses[2] == Approx(2.5));
    c.layer->reset_states();
    losses =
        c.model.fit(ones({2, 1, 1}), zeros({2, 1}), {.batch_size = 1, .epochs = 2, .verbose = 0})
            .history.at("loss");
    CHECK(losses[1] == Approx((9 + 16) / 2.0));
}

TEST_CASE("states are forgotten inside a call, too", "[recurrent]") {
    struct Fresh final : nn::Model {
        nn::SimpleRNN rnn = counter();
        Tensor call(const Tensor& x, Mode mode) override {
            rnn.reset_states();
            const Tensor first = rnn(x, mode), second = rnn(x, mode);
            return concatenate({first, second}, 1);
        }
    } fresh;
    for (int round = 0; round < 3; ++round)
        CHECK(numbers(fresh.predict(ones({1, 1, 1}))) == Numbers{1, 2});

    nn::SimpleRNN rnn = counter();
    auto step = capture([&](const Tensor& x) {
        rnn.reset_states();
        return rnn(x);
    });
    for (int round = 0; round < 3; ++round) CHECK(numbers(step(ones({2, 1, 1}))) == Numbers{1, 1});
    CHECK(numbers(rnn(ones({2, 1, 1}))) == Numbers{2, 2});
}

TEST_CASE("another number of samples is refused until the states are forgotten", "[recurrent]") {
    Counting c;
    CHECK(c.predict(1) == Numbers{1});
    CHECK_THROWS_AS(c.predict(2), ShapeError);
    REQUIRE_THROWS_WITH(c.predict(2), contains("reset_states()") && contains(c.layer->name()));
    CHECK(c.predict(1) == Numbers{2});  // what was refused has changed nothing
    for (int round = 0; round < 2; ++round) {
        c.layer->reset_states();
        CHECK(c.predict(2) == Numbers{1, 1});
        CHECK(c.predict(2) == Numbers{2, 2});
        CHECK_THROWS_AS(c.predict(1), ShapeError);
        c.layer->reset_states();
        CHECK(c.predict(1) == Numbers{1});
        CHECK_THROWS_AS(c.predict(2), ShapeError);
        CHECK(c.predict(1) == Numbers{2});
    }
}

TEST_CASE("a stateful layer used twice in a step goes on in between", "[recurrent]") {
    struct Twice final : nn::Model {
        nn::SimpleRNN rnn = counter();
        Tensor call(const Tensor& x, Mode mode) override {
            const Tensor first = rnn(x, mode), second = rnn(x, mode);
            return concatenate({first, second}, 1);
        }
    } twice;
    CHECK(numbers(twice.predict(ones({1, 1, 1}))) == Numbers{1, 2});
    CHECK(numbers(twice.predict(ones({1, 1, 1}))) == Numbers{3, 4});
    CHECK(numbers(twice(ones({1, 1, 1}))) == Numbers{5, 6});

    nn::Bidirectional both(nn::LSTM(2, {.stateful = true}));
    nn::Sequential model;
    const auto shared = std::make_shared<nn::Bidirectional>(both);
    model.add(shared);
    const Tensor x = ones({2, 3, 1});
    const auto first = numbers(model.predict(x)), second = numbers(model.predict(x));
    CHECK(first != second);
    shared->reset_states();
    CHECK(numbers(model.predict(x)) == first);
}

TEST_CASE("BatchNormalization called twice in a step approaches both batches", "[nn]") {
    struct Twice final : nn::Model {
        nn::BatchNormalization norm{{.momentum = 0.5}};
        Tensor call(const Tensor& x, Mode mode) override {
            const Tensor first = norm(x, mode), second = norm(x * 5, mode);
            return first + second;
        }
    } twice;
    twice.compile({.optimizer = optim::SGD({.learning_rate = 0}), .loss = nn::mean_squared_error});
    const Tensor x = tensor({{1.0}, {3.0}}).cast(f32);  // mean 2, variance 1; then 10 and 25
    twice.fit(x, zeros({2, 1}), {.verbose = 0});
    // (0 · ½ + 2 · ½) · ½ + 10 · ½, ((1 + 1)/2 + 25)/2
    CHECK(twice.get_weights()[2].item<double>() == Approx(5.5));
    CHECK(twice.get_weights()[3].item<double>() == Approx(13));
    twice.fit(x, zeros({2, 1}), {.verbose = 0});
    CHECK(twice.get_weights()[2].item<double>() == Approx((5.5 / 2 + 1) / 2 + 5));
}
