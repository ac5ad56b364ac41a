// The norms of gradients that callbacks may see.
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include <cmath>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/weight_values.hpp"

using namespace shikumi;
using shikumi_test::weight_values;

namespace {

// Asks in every n-th batch.
struct Watch final : nn::Hooks {
    explicit Watch(Index n) : every(n) {}
    void on_train_batch_begin(nn::Run& run) override {
        CHECK(run.gradient_norms().size() == (watched ? size : 0));
        watched = run.batch() % every == 0;
        if (watched) run.watch_gradients();
    }
    void on_train_batch_end(nn::Run& run) override {
        if (!watched) CHECK(run.gradient_norms().size() == 0);
        size = run.gradient_norms().size();
        if (size > 0) seen.push_back(run.gradient_norms());
    }
    Index every;
    bool watched = false;
    std::size_t size = 0;
    std::vector<nn::Logs> seen;
};

struct Data {
    Tensor x, y;
};
Data data() {
    Generator rng(3);
    const Tensor x = random_normal({40, 5}, rng);
    Data d{x, matmul(x, random_normal({5, 2}, rng))};
    evaluate(std::vector{d.x, d.y});
    return d;
}

nn::Sequential model(const optim::Optimizer& optimizer) {
    nn::set_random_seed(7);
    nn::Sequential m{nn::Dense(6, {.activation = nn::tanh, .input_dim = 5}), nn::Dense(2)};
    m.compile({.optimizer = optimizer, .loss = nn::mean_squared_error});
    return m;
}

}  // namespace

TEST_CASE("the norms are those of the gradients", "[gradient_norms]") {
    const auto [x, y] = data();
    for (const optim::StepOptions& step :
         {optim::StepOptions{}, optim::StepOptions{.loss_scale_factor = 1024.0},
          optim::StepOptions{.clipnorm = 1e-3}}) {
        nn::Sequential m = model(
            optim::SGD({.clipnorm = step.clipnorm, .loss_scale_factor = step.loss_scale_factor}));
        const Tensor loss = mean(square(m(x) - y));
        std::vector<Tensor> weights;
        for (const Parameter& w : m.parameters()) weights.push_back(w);
        const std::vector<Tensor> gradients = grad(loss, weights);
        std::vector<double> norms;
        for (const Tensor& g : gradients) {
            double squares = 0;
            for (const double v : g.to_vector<double>()) squares += v * v;
            norms.push_back(std::sqrt(squares));
        }
        auto watch = std::make_shared<Watch>(1);
        m.fit(x, y, {.batch_size = 40, .verbose = 0, .callbacks = {watch}, .shuffle = false});
        REQUIRE(watch->seen.size() == 1);
        const std::vector<double> seen = watch->seen[0].values();
        REQUIRE(seen.size() == norms.size());
        for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == Approx(norms[i]));
        CHECK(watch->seen[0].begin()->first == m.parameters()[0].name());
    }
}

TEST_CASE("a training that is watched ends with the same bits", "[gradient_norms]") {
    const Data given = data();
    const Tensor &x = given.x, &y = given.y;
    for (const optim::Optimizer& optimizer :
         {optim::Optimizer(optim::Adam()), optim::Optimizer(optim::SGD({.momentum = 0.9})),
          optim::Optimizer(optim::RMSprop({.global_clipnorm = 0.5})),
          optim::Optimizer(optim::Adam({.use_ema = true, .gradient_accumulation_steps = 3}))}) {
        const auto trained = [&](std::vector<nn::Callback> callbacks) {
            nn::Sequential m = model(optimizer);
            const nn::History history = m.fit(x, y,
                                              {.batch_size = 8,
                                               .epochs = 3,
                                               .verbose = 0,
                                               .callbacks = std::move(callbacks),
                                               .seed = 1});
            return std::pair(weight_values<double>(m), history.history.at("loss"));
        };
        auto watch = std::make_shared<Watch>(2);
        CHECK(trained({}) == trained({watch}));
        CHECK(watch->seen.size() == 9);
    }
}

TEST_CASE("a table whose rows are looked up is watched, too", "[gradient_norms]") {
    const Tensor x = tensor({{0, 1}, {1, 1}, {2, 3}, {9, 0}}), y = ones({4, 1});
    const auto trained = [&](std::vector<nn::Callback> callbacks) {
        nn::set_random_seed(7);
        nn::Sequential m{nn::Embedding(50, 3), nn::Flatten(), nn::Dense(1)};
        m.build(x.spec());
        m.compile(
            {.optimizer = optim::SGD({.learning_rate = 0.1}), .loss = nn::mean_squared_error});
        m.fit(x, y,
              {.batch_size = 2,
               .epochs = 3,
               .verbose = 0,
               .callbacks = std::move(callbacks),
               .seed = 1});
        return weight_values<double>(m);
    };
    auto watch = std::make_shared<Watch>(1);
    CHECK(trained({}) == trained({watch}));
    REQUIRE(watch->seen.size() == 6);
    CHECK(watch->seen[0].values()[0] > 0);
}

TEST_CASE("callbacks see the samples that a training is validated on", "[gradient_norms]") {
    const auto [x, y] = data();
    struct Look final : nn::Hooks {
        void on_train_begin(nn::Run& run) override {
            x = run.plan().validation_x;
            y = run.plan().validation_y;
        }
        std::vector<Tensor> x, y;
    };
    nn::Sequential m = model(optim::SGD());
    auto look = std::make_shared<Look>();
    m.fit(x, y, {.verbose = 0, .callbacks = {look}, .validation_split = 0.25});
    REQUIRE(look->x.size() == 1);
    CHECK(look->x[0].to_vector<float>() == slice(x, 0, {30, 40}).to_vector<float>());
    CHECK(look->y[0].to_vector<float>() == slice(y, 0, {30, 40}).to_vector<float>());
    m.fit(x, y, {.verbose = 0, .callbacks = {look}, .validation_data = {{x, y}}});
    CHECK(look->x.at(0).shape() == x.shape());
    m.fit(x, y, {.verbose = 0, .callbacks = {look}});
    CHECK(look->x.empty());
    CHECK(look->y.empty());
}
