// What a model was compiled with as a configuration, and back; training goes on from it.
#include <shikumi/nn/training/compile_config.hpp>

#include <limits>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::compile_options_from_config;
using shikumi_test::contains;

namespace {

const std::vector<std::string> two{"a", "b"};

void check_round_trip(const nn::CompileOptions& options,
                      const std::vector<std::string>& outputs = {}) {
    const Config written = to_config(options, outputs);
    CHECK(to_config(compile_options_from_config(written, outputs), outputs) == written);
}

Tensor samples(Index count, Index columns, double phase) {
    return reshape(sin(arange(0, count * columns, 1, f32) * 1.7 + phase), {count, columns});
}

nn::Sequential network() {
    nn::Sequential m{nn::Dense(5, {.activation = "tanh", .input_dim = 3}), nn::Dense(2)};
    std::vector<Tensor> weights;
    for (const Tensor& w : m.get_weights())
        weights.push_back(reshape(cos(arange(0, w.size(), 1, f32) * 0.9) * 0.3, w.shape()));
    m.set_weights(weights);
    return m;
}

nn::CompileOptions how() {
    return {.optimizer = optim::Adam({.learning_rate = optim::CosineDecay(0.05, 40),
                                      .amsgrad = true,
                                      .clipnorm = 1,
                                      .use_ema = true,
                                      .ema_momentum = 0.9}),
            .loss = nn::Huber({.delta = 0.5}),
            .metrics = {"mae", nn::R2Score()}};
}

std::vector<std::vector<double>> numbers_of(const std::vector<Tensor>& tensors) {
    std::vector<std::vector<double>> all;
    for (const Tensor& t : tensors) all.push_back(t.to_vector<double>());
    return all;
}

}  // namespace

TEST_CASE("compile options written as a configuration are the same once they are read", "[nn]") {
    check_round_trip({});
    check_round_trip(how());
    check_round_trip({.optimizer = "sgd",
                      .loss = nn::sparse_categorical_crossentropy_from_logits,
                      .metrics = {"accuracy", nn::TopKCategoricalAccuracy({.k = 3})},
                      .weighted_metrics = {"acc"},
                      .loss_weights = 0.5,
                      .run_eagerly = true,
                      .memory_budget = 1000});
    check_round_trip({.loss = {nn::Loss("mse"), nn::Loss("mae")}, .loss_weights = {1.0, 0.25}},
                     two);
    check_round_trip({.loss = {{"a", "mse"}, {"b", nn::Huber()}},
                      .metrics = {{"a", {nn::Metric("mae")}}},
                      .loss_weights = {{"a", 2.0}}},
                     two);
}

TEST_CASE("a compile configuration has Keras's form", "[nn]") {
    const Config written =
        to_config(nn::CompileOptions{.loss = nn::Loss("mse"), .metrics = {"accuracy"}});
    CHECK(*written.find("optimizer")->find("class_name") == "SGD");
    CHECK(*written.find("loss")->find("class_name") == "MeanSquaredError");
    CHECK(*written.find("metrics") == Config(Config::List{"accuracy"}));
    CHECK(written.find("weighted_metrics")->is_null());
    CHECK(*written.find("run_eagerly") == false);
    CHECK_FALSE(written.find("memory_budget"));
    // To Keras, a flat list for two outputs would have one metric of each.
    const Config for_two =
        to_config(nn::CompileOptions{.loss = nn::Loss("mse"), .metrics = {"mae", "mse"}}, two);
    REQUIRE(for_two.find("metrics")->list());
    CHECK(for_two.find("metrics")->list()->front().list()->size() == 2);
    const nn::CompileOptions read = compile_options_from_config(for_two, two);
    CHECK(read.metrics.of(1, two).size() == 2);
    CHECK(read.metrics.of(1, two)[1].name() == "mse");
}

TEST_CASE("Keras's ways to say it are read", "[nn]") {
    const auto read = [](const Config& config) { return compile_options_from_config(config, two); };
    const nn::CompileOptions listed =
        read({{"optimizer", "adam"},
              {"loss", Config::List{"mse", Config()}},
              {"metrics", Config::List{Config::List{"mae", "mse"}, Config()}},
              {"steps_per_execution", 1},
              {"jit_compile", false}});
    CHECK(listed.optimizer.name() == "Adam");
    CHECK(listed.loss.of(0, two)->name() == "mean_squared_error");
    CHECK(listed.loss.of(1, two) == nullptr);
    CHECK(listed.metrics.of(0, two).size() == 2);
    CHECK(listed.metrics.of(1, two).empty());
    const nn::CompileOptions one_each = read({{"metrics", Config::List{"mae", "mse"}}});
    CHECK(one_each.metrics.of(1, two)[0].name() == "mse");
    const nn::CompileOptions named = read({{"loss", {{"b", "mae"}}}, {"metrics", {{"a", "acc"}}}});
    CHECK(named.loss.of(0, two) == nullptr);
    CHECK(named.metrics.of(0, two)[0].name() == "acc");
    CHECK(compile_options_from_config({{"metrics", Config::List{Config(Config::List{"mae"})}}})
              .metrics.of(0, {"x"})
              .size() == 1);
}

TEST_CASE("bad compile configurations are refused in words", "[nn]") {
    const auto read = [](const Config& config) { return compile_options_from_config(config, two); };
    REQUIRE_THROWS_AS(read(3), ValueError);
    REQUIRE_THROWS_WITH(read({{"loss", Config::List{"mse"}}}), contains("got 1 losses for the 2"));
    REQUIRE_THROWS_WITH(read({{"loss", {{"c", "mse"}}}}), contains("'c', which is no output"));
    REQUIRE_THROWS_WITH(read({{"metrics", {{"c", "mae"}}}}), contains("'c', which is no output"));
    REQUIRE_THROWS_WITH(read({{"loss_weights", {{"a", "x"}}}}), contains("loss_weights"));
    REQUIRE_THROWS_AS(read({{"loss_weights", {{"a", std::numeric_limits<double>::infinity()}}}}),
                      ValueError);
    REQUIRE_THROWS_AS(read({{"memory_budget", -1}}), ValueError);
    REQUIRE_THROWS_AS(read({{"metrics", Config::List{Config(Config::List{"mae"})}}}), ValueError);
    REQUIRE_THROWS_WITH(compile_options_from_config({{"loss", Config::List{"mse", Config()}}}),
                        contains("wants the names of the outputs"));
    const auto own = [](const Tensor& t, const Tensor& p) { return square(t - p); };
    REQUIRE_THROWS_WITH(to_config(nn::CompileOptions{.loss = nn::Loss(own)}),
                        contains("is one of your own"));
}

TEST_CASE("fit goes on from configuration and state with the same bits", "[nn]") {
    const Tensor x = samples(12, 3, 0), y = samples(12, 2, 1);
    const nn::FitOptions options{.batch_size = 5, .epochs = 6, .verbose = 0, .shuffle = false};
    nn::Sequential whole = network(), first = network(), second = network();
    whole.compile(how());
    const nn::History expected = whole.fit(x, y, options);

    const nn::CompileOptions of_first = how();
    first.compile(of_first);
    nn::FitOptions some = options;
    some.epochs = 2;
    // Averages overwrite the weights when a training ends; it goes on with the weights before that.
    std::vector<Tensor> weights;
    std::vector<Parameter> state;
    some.on_epoch_end = [&](nn::EpochLog&) {
        weights = first.get_weights();
        state.clear();
        for (const Parameter& p : of_first.optimizer.state())
            state.emplace_back(p.name(), p.value() * 1);
    };
    first.fit(x, y, some);

    const nn::CompileOptions of_second = compile_options_from_config(to_config(of_first));
    second.set_weights(weights);
    second.compile(of_second);
    optim::Optimizer optimizer = of_second.optimizer;
    optimizer.restore(second.trainable_weights(), state);
    nn::FitOptions rest = options;
    rest.initial_epoch = 2;
    const nn::History got = second.fit(x, y, rest);
    CHECK(numbers_of(second.get_weights()) == numbers_of(whole.get_weights()));
    for (const char* log : {"loss", "mae", "r2_score"}) {
        const std::vector<double>& all = expected.history.at(log);
        CHECK(got.history.at(log) == std::vector<double>(all.begin() + 2, all.end()));
    }
}
