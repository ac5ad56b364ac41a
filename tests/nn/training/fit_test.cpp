// fit, evaluate and predict: sources of batches, weights, several outputs, steps, interruption.
#include <cmath>
#include <csignal>
#include <limits>
#include <list>
#include <optional>
#include <sstream>
#include <tuple>
#include <utility>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/anomaly.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::Batch;
using shikumi_test::contains;
using shikumi_test::numbers;

namespace {

const Tensor x = tensor({{1.0}, {2.0}, {3.0}, {4.0}}).cast(f32), y = 2 * x;

nn::Sequential line() {
    nn::Sequential m{nn::Dense(1, {.kernel_initializer = nn::ones_init(), .input_dim = 1})};
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.01}), .loss = nn::mean_squared_error});
    return m;
}

Tensor rows(const Tensor& t, Index first, Index last) { return slice(t, 0, {first, last}); }

Batch batch_of_rows(Index first) {
    return {{rows(x, first, first + 2)}, {rows(y, first, first + 2)}};
}

const nn::FitOptions quiet{.batch_size = 2, .epochs = 3, .verbose = 0, .shuffle = false};

std::vector<double> kernel(nn::Sequential& m) { return numbers(m.get_weights()[0]); }

// The kernel after three epochs on the arrays.
std::vector<double> trained() {
    nn::Sequential m = line();
    m.fit(x, y, quiet);
    return kernel(m);
}

}  // namespace

TEST_CASE("a range of batches trains as the arrays do", "[nn]") {
    const std::vector<Batch> batches{batch_of_rows(0), batch_of_rows(2)};
    nn::Sequential a = line(), b = line(), c = line();
    const nn::History h = a.fit(batches, quiet);
    CHECK(kernel(a) == trained());
    CHECK(h.params.steps == 2);
    const std::list<std::pair<Tensor, Tensor>> pairs{{rows(x, 0, 2), rows(y, 0, 2)},
                                                     {rows(x, 2, 4), rows(y, 2, 4)}};
    b.fit(pairs, quiet);
    CHECK(kernel(b) == trained());
    using Weighted = std::tuple<Tensor, Tensor, Tensor>;
    const std::vector<Weighted> weighted{Weighted{rows(x, 0, 2), rows(y, 0, 2), ones({2})},
                                         Weighted{rows(x, 2, 4), rows(y, 2, 4), ones({2})}};
    c.fit(weighted, quiet);
    CHECK(kernel(c) == trained());
    CHECK(a.evaluate(batches)["loss"] == Approx(a.evaluate(x, y)["loss"]));
    CHECK(numbers(a.predict(batches)[0]) == numbers(a.predict(x)));
}

TEST_CASE("a generator ends an epoch by giving nothing", "[nn]") {
    Index row = 0;
    const auto next = [&]() -> std::optional<Batch> {
        if (row == 4) {
            row = 0;
            return std::nullopt;
        }
        row += 2;
        return batch_of_rows(row - 2);
    };
    nn::Sequential m = line();
    const nn::History h = m.fit(next, quiet);
    CHECK(kernel(m) == trained());
    CHECK(h.params.steps == 2);
    CHECK(h.epoch.size() == 3);
}

TEST_CASE("sources that give nothing, the wrong thing or an error are refused", "[nn]") {
    nn::Sequential m = line();
    REQUIRE_THROWS_WITH(m.fit(std::vector<Batch>{}, quiet), contains("gave none"));
    int left = 2;
    const auto drying_up = [&]() -> std::optional<Batch> {
        if (left-- <= 0) return std::nullopt;
        return batch_of_rows(0);
    };
    REQUIRE_THROWS_WITH(m.fit(drying_up, quiet), contains("no batch for this epoch"));
    CHECK(m.history().epoch == std::vector{0});
    int calls = 0;
    const auto failing = [&]() -> std::optional<Batch> {
        if (++calls == 2) throw std::runtime_error("disk on fire");
        return batch_of_rows(0);
    };
    REQUIRE_THROWS_WITH(m.fit(failing, quiet), contains("disk on fire") &&
                                                   contains("in the source of batches") &&
                                                   contains("in epoch 1, batch 2"));
    const std::vector<Batch> bad{{{rows(x, 0, 2)}, {rows(y, 0, 1)}}};
    REQUIRE_THROWS_AS(m.fit(bad, quiet), ShapeError);
    nn::FitOptions split = quiet;
    split.validation_split = 0.5;
    REQUIRE_THROWS_WITH(m.fit(std::vector<Batch>{batch_of_rows(0)}, split),
                        contains("give validation_data"));
}

TEST_CASE("a source can be validated on", "[nn]") {
    nn::Sequential m = line(), other = line();
    const std::vector<Batch> batches{batch_of_rows(0), batch_of_rows(2)};
    nn::FitOptions by_source = quiet, by_arrays = quiet;
    by_source.validation_data = batches;
    by_arrays.validation_data = nn::ValidationData(x, y);
    const auto losses = [](const nn::History& h) { return h.history.at("val_loss"); };
    CHECK(losses(m.fit(x, y, by_source)) == losses(other.fit(batches, by_arrays)));
}

TEST_CASE("epochs that don't exist and steps that aren't there are refused", "[nn]") {
    nn::Sequential m = line();
    const auto refused = [&](auto change, const char* why) {
        nn::FitOptions options = quiet;
        change(options);
        REQUIRE_THROWS_WITH(m.fit(x, y, options), contains(why));
    };
    refused([](nn::FitOptions& o) { o.initial_epoch = -1; }, "initial_epoch");
    refused([](nn::FitOptions& o) { o.steps_per_epoch = -1; }, "steps_per_epoch");
    refused([](nn::FitOptions& o) { o.steps_per_epoch = 3; },
            "steps_per_epoch is 3, and x gives 2 batches");
    refused([](nn::FitOptions& o) { o.validation_steps = -1; }, "validation_steps");
    refused([](nn::FitOptions& o) { o.validation_batch_size = -1; }, "validation_batch_size");
    refused([](nn::FitOptions& o) { o.validation_freq = 0; }, "validation_freq");
    refused([](nn::FitOptions& o) { o.validation_freq = {1, 0}; }, "counts epochs from 1");
    refused([](nn::FitOptions& o) { o.verbose = 3; }, "verbose");
    CHECK(m.optimizer().iterations() == 0);
    nn::FitOptions late = quiet;
    late.initial_epoch = 3;
    CHECK(m.fit(x, y, late).epoch.empty());
}

TEST_CASE("inputs and targets by name", "[nn]") {
    const nn::Input a({1}, {.name = "a"}), b({1}, {.name = "b"});
    const auto sum = nn::connect(nn::Add(), {a, b});
    nn::Model m({a, b}, {{"twice", sum | nn::Dense(1)}, {"once", sum | nn::Dense(1)}});
    m.compile({.loss = nn::mean_squared_error});
    const nn::History h = m.fit({{"b", x}, {"a", y}}, {{"once", y}, {"twice", x}}, {.verbose = 0});
    CHECK(h.history.count("twice_loss") == 1);
    CHECK(m.output_names() == std::vector<std::string>{"twice", "once"});
    CHECK(m.clone().output_names() == m.output_names());
    const auto refused = [&](const nn::TensorList& inputs, const char* why) {
        REQUIRE_THROWS_WITH(m.predict(inputs, nn::PredictOptions()), contains(why));
    };
    refused({{"a", x}, {"c", x}}, "for 'c', the model has 'a', 'b'");
    refused({{"a", x}}, "got no x for 'b'");
    refused({{"a", x}, {"a", x}}, "for 'a' twice");
}

TEST_CASE("the loss of one output among several is the whole loss", "[nn]") {
    const nn::Input in({1}, {.name = "in"});
    nn::Model m(in, {{"a", in | nn::Dense(1)}, {"b", in | nn::Dense(1)}});
    m.compile({.loss = {{"a", nn::mean_squared_error}}});
    CHECK(m.evaluate(x, {y, y}).size() == 1);
}

TEST_CASE("weighted metrics count samples by their weights", "[nn]") {
    nn::Sequential m = line();
    const nn::Metric mae = nn::mean_absolute_error;
    m.compile({.optimizer = optim::SGD({.learning_rate = 0}),
               .loss = nn::mean_squared_error,
               .metrics = {mae},
               .weighted_metrics = {mae}});
    const Tensor weights = tensor({0.0, 0.0, 0.0, 2.0}).cast(f32);
    const nn::Logs logs =
        m.evaluate(x, y, nn::EvaluateOptions{.batch_size = 3, .sample_weight = weights});
    CHECK(logs["loss"] == Approx(2 * 16.0 / 4));
    CHECK(logs["mean_absolute_error"] == Approx(2.5));
    CHECK(logs["weighted_mean_absolute_error"] == Approx(4));
    CHECK(logs.values().size() == 3);
}

TEST_CASE("a metric that throws is named before anything is trained", "[nn]") {
    nn::Sequential m = line();
    m.compile({.loss = nn::mean_squared_error,
               .metrics = {{"broken", [](const Tensor&, const Tensor&) -> Tensor {
                                throw std::runtime_error("oh no");
                            }}}});
    REQUIRE_THROWS_WITH(m.fit(x, y, quiet), contains("oh no") && contains("in metric 'broken'"));
    CHECK(m.optimizer().iterations() == 0);
    m.compile({.loss = nn::mean_squared_error, .metrics = {nn::categorical_accuracy}});
    REQUIRE_THROWS_WITH(m.fit(x, y, quiet), contains("in metric 'categorical_accuracy'"));
    CHECK(m.optimizer().iterations() == 0);
}

TEST_CASE("NaN in a metric is shown", "[nn]") {
    nn::Sequential m = line();
    m.compile({.loss = nn::mean_squared_error,
               .metrics = {{"nothing", [](const Tensor& t, const Tensor& p) {
                                return nn::mean_per_sample(log(-abs(t)) + 0 * p);
                            }}}});
    CHECK(std::isnan(m.fit(x, y, quiet).history.at("nothing")[2]));
}

TEST_CASE("single steps measure their batch alone", "[nn]") {
    nn::Sequential m = line();
    const double before = m.test_on_batch(x, y)["loss"];
    CHECK(m.train_on_batch(x, y)["loss"] == before);
    CHECK(m.test_on_batch(x, y)["loss"] < before);
    CHECK(m.optimizer().iterations() == 1);
    CHECK(numbers(m.predict_on_batch(x)) == numbers(m.predict(x)));
    CHECK(m.test_on_batch(x, y, zeros({4}))["loss"] == 0);
    CHECK_THROWS_AS(m.train_on_batch(x, rows(y, 0, 2)), ShapeError);
    CHECK_THROWS_AS(m.test_on_batch(x, y, ones({3})), ShapeError);
}

TEST_CASE("a step inside a callback doesn't disturb the metrics of the epoch", "[nn]") {
    nn::Sequential m = line(), other = line();
    for (nn::Sequential* model : {&m, &other})
        model->compile({.optimizer = optim::SGD({.learning_rate = 0.01}),
                        .loss = nn::mean_squared_error,
                        .metrics = {nn::Metric(nn::mean_absolute_error)}});
    nn::FitOptions options = quiet;
    options.callbacks = {
        nn::LambdaCallback({.on_train_batch_end = [&](nn::Run&) { m.test_on_batch(100 * x, y); }})};
    CHECK(m.fit(x, y, options).history.at("mean_absolute_error") ==
          other.fit(x, y, quiet).history.at("mean_absolute_error"));
}

TEST_CASE("SIGINT ends the batch, and the history says so", "[nn]") {
    struct Handler {  // the test program's own one is put aside
        explicit Handler(void (*mine)(int)) : before(std::signal(SIGINT, mine)) {}
        ~Handler() { std::signal(SIGINT, before); }
        void (*before)(int);
    };
    nn::Sequential m = line();
    nn::FitOptions options = quiet;
    int ended = 0;
    options.callbacks = {nn::LambdaCallback({.on_train_end = [&](nn::Run&) { ++ended; },
                                             .on_train_batch_end =
                                                 [](nn::Run& run) {
                                                     if (run.epoch() == 1) std::raise(SIGINT);
                                                 }})};
    {
        const Handler usual(SIG_DFL);
        const nn::History h = m.fit(x, y, options);
        CHECK(h.interrupted);
        CHECK(h.epoch == std::vector{0});
        CHECK(m.optimizer().iterations() == 3);
        CHECK(ended == 1);
        CHECK_FALSE(m.fit(x, y, quiet).interrupted);
    }
    static volatile std::sig_atomic_t handled = 0;
    const Handler own([](int) {
        handled = 1;
        std::signal(SIGINT, [](int) {});
    });
    CHECK_FALSE(m.fit(x, y, options).interrupted);  // a program's own handler stays in place
    CHECK(handled == 1);
}

TEST_CASE("TerminateOnNaN ends the training and keeps the weights", "[nn]") {
    nn::Sequential m = line();
    const Tensor huge = tensor({{2.0}, {4.0}, {1e30}, {1e30}}).cast(f32);
    nn::FitOptions options = quiet;
    std::ostringstream out;
    options.out = &out;
    options.callbacks = {nn::TerminateOnNaN()};
    const nn::History h = m.fit(x, huge, options);
    CHECK(h.epoch == std::vector{0});
    CHECK(std::isinf(h.history.at("loss")[0]));
    CHECK(m.optimizer().iterations() == 1);
    CHECK(std::isfinite(kernel(m)[0]));
    options.callbacks = {nn::TerminateOnNaN({.raise_error = true})};
    REQUIRE_THROWS_WITH(m.fit(x, huge, options), contains("the loss became inf in batch 2"));
}

TEST_CASE("a guard names the operation and the layer of the first NaN", "[nn]") {
    nn::Sequential m{nn::Dense(1, {.activation = [](const Tensor& t) { return log(t - 100); },
                                   .input_dim = 1,
                                   .name = "logarithm"})};
    m.compile({.optimizer = optim::SGD(), .loss = nn::mean_squared_error});
    nn::FitOptions guarded = quiet;
    guarded.guard = detect_anomaly;
    CHECK_THROWS_WITH(m.fit(x, y, guarded), contains("[log] makes NaN") && contains("logarithm"));
    CHECK_NOTHROW(line().fit(x, y, guarded));
}
