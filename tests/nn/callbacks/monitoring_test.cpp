// EarlyStopping, ReduceLROnPlateau and LearningRateScheduler beyond the golden cases.
#include <sstream>
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

const Tensor inputs = tensor({{1.0}, {2.0}, {3.0}, {4.0}}).cast(f32), targets = 2 * inputs;

nn::Sequential watched_line(
    const optim::Optimizer& optimizer = optim::SGD({.learning_rate = 0.01})) {
    nn::Sequential m{nn::Dense(1, {.kernel_initializer = nn::ones_init(), .input_dim = 1})};
    m.compile({.optimizer = optimizer,
               .loss = nn::mean_squared_error,
               .metrics = {{"near", [](const Tensor& t, const Tensor& p) {
                                return nn::mean_per_sample(abs(t - p));
                            }}}});
    return m;
}

nn::FitOptions quietly(std::vector<nn::Callback> callbacks, int epochs = 4) {
    return {.epochs = epochs, .verbose = 0, .callbacks = std::move(callbacks), .shuffle = false};
}

}  // namespace

TEST_CASE("an unknown monitor is refused before anything is trained", "[nn]") {
    nn::Sequential m = watched_line();
    const std::vector<double> before = numbers(m.get_weights()[0]);
    const auto refused = [&](const nn::Callback& callback, const char* why) {
        REQUIRE_THROWS_WITH(m.fit(inputs, targets, quietly({callback})), contains(why));
        CHECK(numbers(m.get_weights()[0]) == before);
        CHECK(m.history().epoch.empty());
    };
    refused(nn::EarlyStopping(),
            "monitors 'val_loss', which will not be logged: there will be "
            "'loss', 'near'");
    refused(nn::EarlyStopping({.monitor = "los", .mode = nn::MonitorMode::min}), "'los'");
    refused(nn::EarlyStopping({.monitor = "near"}), "give .mode");
    refused(nn::ReduceLROnPlateau({.monitor = "val_near", .mode = nn::MonitorMode::max}),
            "'val_near'");
    CHECK_NOTHROW(
        m.fit(inputs, targets,
              quietly({nn::EarlyStopping({.monitor = "near", .mode = nn::MonitorMode::min})})));
}

TEST_CASE("options outside their range are refused at once", "[nn]") {
    CHECK_THROWS_AS(nn::EarlyStopping({.patience = -1}), ValueError);
    CHECK_THROWS_AS(nn::EarlyStopping({.start_from_epoch = -1}), ValueError);
    CHECK_THROWS_AS(nn::EarlyStopping({.min_delta = 1 / 0.0}), ValueError);
    CHECK_THROWS_AS(nn::ReduceLROnPlateau({.factor = 1}), ValueError);
    CHECK_THROWS_AS(nn::ReduceLROnPlateau({.factor = -0.5}), ValueError);
    CHECK_THROWS_AS(nn::ReduceLROnPlateau({.patience = -1}), ValueError);
    CHECK_THROWS_AS(nn::ReduceLROnPlateau({.cooldown = -1}), ValueError);
    CHECK_THROWS_AS(nn::ReduceLROnPlateau({.min_lr = -1}), ValueError);
}

TEST_CASE("an optimiser whose schedule sets the rate keeps it", "[nn]") {
    nn::Sequential m =
        watched_line(optim::SGD({.learning_rate = optim::ExponentialDecay(0.01, 10, 0.5)}));
    CHECK_THROWS_AS(m.fit(inputs, targets, quietly({nn::ReduceLROnPlateau({.monitor = "loss"})})),
                    StateError);
    CHECK_THROWS_AS(
        m.fit(inputs, targets, quietly({nn::LearningRateScheduler([](int) { return 0.1; })})),
        StateError);
    CHECK(m.optimizer().iterations() == 0);
}

TEST_CASE("a schedule that gives no rate is named", "[nn]") {
    nn::Sequential m = watched_line();
    REQUIRE_THROWS_WITH(
        m.fit(inputs, targets,
              quietly({nn::LearningRateScheduler([](int, double) { return -1.0; })})),
        contains("in callback 'LearningRateScheduler'"));
}

TEST_CASE("callbacks say what they do", "[nn]") {
    nn::Sequential m = watched_line();
    std::ostringstream out;
    nn::FitOptions options = quietly(
        {nn::LearningRateScheduler([](int) { return 0.25; }, {.verbose = 1}),
         nn::EarlyStopping(
             {.monitor = "loss", .verbose = 1, .baseline = 1e-9, .restore_best_weights = true})},
        9);
    options.out = &out;
    m.fit(inputs, targets, options);
    CHECK_THAT(out.str(),
               contains("Epoch 1: LearningRateScheduler setting learning rate to 0.25.\n") &&
                   contains(": early stopping\n") &&
                   contains("Restoring model weights from the end of the best epoch: "));
}

TEST_CASE("a model with steps of its own is monitored by what they log", "[nn]") {
    struct Own final : nn::Model {
        nn::Dense layer{1, {.input_dim = 1}};
        Tensor call(const Tensor& t, nn::Mode mode) override { return layer(t, mode); }
        nn::Logs train_step(const nn::Batch& batch) override {
            (*this)(batch.x, nn::Mode::train);
            nn::Logs logs;
            logs.add("loss", 1);
            logs.add("own_score", ++steps);
            return logs;
        }
        double steps = 0;
    } m;
    const nn::EarlyStopping stop({.monitor = "own_score", .patience = 9});
    m.fit(inputs, quietly({stop}, 3));
    CHECK(stop.best() == 3);
    REQUIRE_THROWS_WITH(m.fit(inputs, quietly({nn::EarlyStopping({.monitor = "loose_loss"})})),
                        contains("this model's steps don't log"));
}
