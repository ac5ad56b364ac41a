// Callbacks: hooks of one's own, their order, what they may change, and errors that name them.
#include <stdexcept>
#include <string>
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

const Tensor x = tensor({{1.0}, {2.0}, {3.0}, {4.0}}).cast(f32), y = 2 * x;

nn::Sequential line() {
    nn::Sequential m{nn::Dense(1, {.kernel_initializer = nn::ones_init(), .input_dim = 1})};
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.01}),
               .loss = nn::mean_squared_error,
               .metrics = {nn::Metric(nn::mean_absolute_error)}});
    return m;
}

nn::FitOptions quiet(std::vector<nn::Callback> callbacks, int epochs = 4) {
    return {.batch_size = 2,
            .epochs = epochs,
            .verbose = 0,
            .callbacks = std::move(callbacks),
            .shuffle = false};
}

// One of a user's own.
struct StopWhenGood : nn::Hooks {
    void on_epoch_end(nn::Run& run) override {
        if (run.logs()["loss"] < 2) run.stop();
    }
};

}  // namespace

TEST_CASE("a callback of one's own ends a training", "[nn]") {
    nn::Sequential m = line();
    const nn::History h = m.fit(x, y, quiet({StopWhenGood()}, 50));
    CHECK(h.epoch.size() > 1);
    CHECK(h.epoch.size() < 50);
    CHECK(h.history.at("loss").back() < 2);
    CHECK_FALSE(h.interrupted);
}

TEST_CASE("copies of a callback share what it has found out", "[nn]") {
    struct Count : nn::Hooks {
        void on_train_batch_end(nn::Run& run) override {
            ++batches;
            last = run.logs()["loss"];
        }
        int batches = 0;
        double last = 0;
    };
    const auto count = std::make_shared<Count>();
    nn::Sequential m = line();
    const nn::History h = m.fit(x, y, quiet({count}, 3));
    CHECK(count->batches == 6);
    CHECK(count->last == h.history.at("loss").back());
}

TEST_CASE("what a callback logs is in the history and can be monitored", "[nn]") {
    struct Score : nn::Hooks {
        void on_epoch_end(nn::Run& run) override { run.log("my_score", 7 - run.epoch()); }
        std::vector<std::string> logged() const override { return {"my_score"}; }
    };
    nn::Sequential m = line();
    const nn::EarlyStopping stop({.monitor = "my_score", .patience = 2});
    const nn::History h = m.fit(x, y, quiet({Score(), stop}, 9));
    CHECK(h.history.at("my_score") == std::vector<double>{7, 6, 5});
    CHECK(stop.best_epoch() == 0);
}

TEST_CASE("an error names callback and hook; weights and history stay", "[nn]") {
    struct Fails : nn::Hooks {
        explicit Fails(bool own) : own_(own) {}
        void on_train_batch_end(nn::Run& run) override {
            if (run.epoch() < 1 || run.batch() < 1) return;
            if (own_) throw ValueError("no more");
            throw std::runtime_error("no more");
        }
        bool own_;
    };
    for (const bool own : {true, false}) {
        nn::Sequential m = line(), other = line();
        REQUIRE_THROWS_WITH(m.fit(x, y, quiet({Fails(own)})),
                            contains("no more") && contains("in callback 'Fails'") &&
                                contains("on_train_batch_end") && contains("in epoch 2, batch 2"));
        CHECK(m.history().epoch == std::vector{0});
        other.fit(x, y, quiet({}, 2));
        CHECK(numbers(m.get_weights()[0]) == numbers(other.get_weights()[0]));
    }
    struct Own : std::runtime_error {
        using std::runtime_error::runtime_error;
    };
    nn::Sequential m = line();
    try {
        m.fit(x, y,
              quiet({nn::LambdaCallback({.on_epoch_begin = [](nn::Run&) { throw Own("mine"); }})}));
        FAIL("no error");
    } catch (const Error& e) {
        CHECK_THAT(e.what(), contains("in callback 'LambdaCallback' (on_epoch_begin)"));
        CHECK_THROWS_AS(std::rethrow_if_nested(e), Own);
    }
}

TEST_CASE("evaluate and predict have callbacks, too", "[nn]") {
    nn::Sequential m = line();
    std::string calls;
    const nn::LambdaCallback note(
        {.on_test_begin = [&](nn::Run&) { calls += "t"; },
         .on_test_end = [&](nn::Run& run) { calls += run.logs().size() == 2 ? "e" : "?"; },
         .on_predict_batch_end =
             [&](nn::Run& run) { calls += std::to_string(run.outputs()[0].shape().front()); }});
    m.evaluate(x, y, nn::EvaluateOptions{.batch_size = 3, .callbacks = {note}});
    m.predict(x, nn::PredictOptions{.batch_size = 3, .callbacks = {note}});
    CHECK(calls == "te31");
}

TEST_CASE("an empty pointer is no callback", "[nn]") {
    CHECK_THROWS_AS(nn::Callback(std::shared_ptr<StopWhenGood>()), ValueError);
    CHECK(nn::Callback(StopWhenGood()).name() == "StopWhenGood");
}

TEST_CASE("a run without an optimiser says so", "[nn]") {
    nn::Sequential m{nn::Dense(1)};
    const nn::Run run(m, nullptr, {});
    REQUIRE_THROWS_WITH(run.optimizer(), contains("has no optimizer"));
}
