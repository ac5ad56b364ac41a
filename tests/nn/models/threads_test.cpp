// One model that several threads call, and models of their own on data that they share.
#include <atomic>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "support/threads.hpp"

using namespace shikumi;
using shikumi_test::together;

namespace {

nn::Sequential network() {
    nn::Sequential m;
    m.add(nn::Dense(16, {.activation = nn::tanh}));
    m.add(nn::BatchNormalization());
    m.add(nn::Dense(3, {.activation = nn::softmax}));
    return m;
}

Tensor samples(Index n) {
    return reshape(sin(arange(static_cast<double>(n * 5)).cast(f32)), {n, 5});
}

std::vector<float> values(const Tensor& t) { return t.to_vector<float>(); }

}  // namespace

TEST_CASE("several threads predict by one model, which the first one builds") {
    for (int round = 0; round < 10; ++round) {
        nn::Sequential m = network();
        std::vector<std::vector<float>> seen(4);
        together(4, [&](int t) {
            for (int i = 0; i < 10; ++i)
                seen[static_cast<std::size_t>(t)] = values(m.predict(samples(40 + i % 3 + t)));
        });
        for (int t = 0; t < 4; ++t)
            CHECK(seen[static_cast<std::size_t>(t)] == values(m.predict(samples(40 + t))));
    }
}

TEST_CASE("several threads call one model and evaluate what they get") {
    for (int round = 0; round < 10; ++round) {
        nn::Sequential m = network();
        std::atomic<int> wrong = 0;
        const Tensor x = samples(7) * 0.5;  // pending
        std::optional<std::vector<float>> first;
        together(4, [&](int) {
            for (int i = 0; i < 20; ++i) {
                const std::vector<float> y = values(m(x));
                wrong += std::isfinite(y[0]) && std::abs(y[0] + y[1] + y[2] - 1) < 1e-5F ? 0 : 1;
            }
        });
        const std::vector<float> alone = values(m(x));
        together(4, [&](int) { wrong += values(m(x)) == alone ? 0 : 1; });
        CHECK(wrong == 0);
    }
}

TEST_CASE("functional models, several outputs and eager models predict from several threads") {
    const nn::Input in({5});
    const auto hidden = nn::SymbolicTensor(in) | nn::Dense(8, {.activation = nn::relu});
    nn::Model m({in}, {hidden | nn::Dense(2), hidden | nn::Dense(1)});
    m.compile({.loss = nn::mean_squared_error, .run_eagerly = true});
    const std::vector<Tensor> alone = m.predict(std::vector<Tensor>{samples(33)});
    std::atomic<int> wrong = 0;
    together(3, [&](int) {
        for (int i = 0; i < 5; ++i) {
            const std::vector<Tensor> y = m.predict(std::vector<Tensor>{samples(33)});
            wrong += values(y[0]) == values(alone[0]) && values(y[1]) == values(alone[1]) ? 0 : 1;
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("several threads measure one model") {
    nn::Sequential m = network();
    m.compile({.loss = nn::mean_squared_error, .metrics = {nn::mean_absolute_error}});
    const Tensor x = samples(50), y = ones({50, 3}) / 3.0;
    const nn::Logs alone = m.evaluate(x, y);
    std::atomic<int> wrong = 0;
    together(4, [&](int) {
        for (int i = 0; i < 5; ++i) wrong += m.evaluate(x, y)["loss"] == alone["loss"] ? 0 : 1;
    });
    CHECK(wrong == 0);
}

TEST_CASE("one thread trains while others predict and measure") {
    nn::Sequential m = network();
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.01}), .loss = nn::mean_squared_error});
    const Tensor x = samples(64), y = ones({64, 3}) / 3.0;
    std::atomic<int> wrong = 0;
    together(3, [&](int t) {
        for (int i = 0; i < 6; ++i) {
            if (t == 0) m.fit(x, y, {.epochs = 2, .verbose = 0});
            if (t == 1) wrong += std::isfinite(values(m.predict(x))[0]) ? 0 : 1;
            if (t == 2) wrong += std::isfinite(m.evaluate(x, y)["loss"]) ? 0 : 1;
        }
    });
    CHECK(wrong == 0);
}

TEST_CASE("states of a model that several threads predict by take each step once") {
    // h ← h + x: after n calls of one step each with x = 1 it is n.
    nn::Sequential m;
    m.add(nn::Input({1, 1}));
    m.add(nn::SimpleRNN(1, {.activation = nn::linear,
                            .kernel_initializer = nn::ones_init(),
                            .recurrent_initializer = nn::ones_init(),
                            .stateful = true}));
    m.predict(ones({1, 1, 1}));
    std::vector<std::vector<float>> seen(4);
    together(4, [&](int t) {
        for (int i = 0; i < 25; ++i)
            seen[static_cast<std::size_t>(t)].push_back(values(m.predict(ones({1, 1, 1})))[0]);
    });
    std::vector<float> all;
    for (const auto& own : seen) all.insert(all.end(), own.begin(), own.end());
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i] == static_cast<float>(i + 2));
}

TEST_CASE("models of their own learn the same from data that was scaled lazily before") {
    const auto trained = [](const Tensor& x, const Tensor& y) {
        nn::Sequential m;
        m.add(nn::Dense(
            4, {.activation = nn::tanh, .kernel_initializer = nn::ones_init(), .input_dim = 8}));
        m.add(nn::Dense(1, {.kernel_initializer = nn::ones_init()}));
        m.compile(
            {.optimizer = optim::SGD({.learning_rate = 0.1}), .loss = nn::mean_squared_error});
        m.fit(x, y, {.batch_size = 16, .epochs = 3, .verbose = 0, .shuffle = false});
        return values(m.get_weights()[0]);
    };
    const auto data = [] {
        const Tensor x = samples(8 * 64 / 5 + 1);
        const Tensor scaled = reshape(slice(reshape(x, {-1}), 0, {0, 512}), {64, 8}) / 4.0;
        return std::pair(scaled, sum(scaled * scaled, {1}, true) * 0.5);
    };
    const auto [x, y] = data();
    const std::vector<float> alone = trained(x, y);
    int wrong = 0;
    for (int round = 0; round < 10; ++round) {
        const auto [shared_x, shared_y] = data();
        std::vector<std::vector<float>> learnt(4);
        together(4, [&, &a = shared_x, &b = shared_y](int t) {
            learnt[static_cast<std::size_t>(t)] = trained(a, b);
        });
        for (const auto& weights : learnt) wrong += weights == alone ? 0 : 1;
    }
    CHECK(wrong == 0);
}

namespace {

// Ends after main: its model still predicts and learns.
struct LateModel {
    std::unique_ptr<nn::Sequential> model;
    ~LateModel() {
        if (!model) return;
        const float before = model->predict(ones({1, 2})).item<float>();
        if (before != 2) std::_Exit(97);
        model->fit(ones({4, 2}), zeros({4, 1}), {.verbose = 0});
        if (model->predict(ones({1, 2})).item<float>() == before) std::_Exit(96);
    }
};
LateModel late;  // NOLINT

}  // namespace

TEST_CASE("a model predicts and learns after main") {
    late.model = std::make_unique<nn::Sequential>();
    late.model->add(nn::Dense(1, {.kernel_initializer = nn::ones_init(), .input_dim = 2}));
    late.model->compile({.optimizer = optim::Adam(), .loss = nn::mean_squared_error});
    CHECK(late.model->predict(ones({1, 2})).item<float>() == 2);
    // The rest runs when the program ends; a failure shows in its exit status.
}
