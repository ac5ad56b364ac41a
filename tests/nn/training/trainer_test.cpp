// Trainer with a minimal Trainable: a layer that knows its outputs.
#include <sstream>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;

namespace {

// y = slope · x, trained by its own trainer.
class Line final : public nn::Trainable {
public:
    Line() : Trainable(nn::LayerOptions{.name = "line", .dtype = f64}) {}
    void build(const Spec& input) override {
        slope = add_weight("slope", {}, nn::ones_init());
        outputs_ = {input};
    }
    Tensor call(const Tensor& x, Mode) override {
        ++calls;
        return x * slope;
    }
    const std::vector<Spec>& outputs() override { return outputs_; }
    const std::vector<std::string>& output_names() override { return names_; }
    nn::Logs train_step(const nn::Batch& batch) override {
        sizes.push_back(batch.size());
        return trainer.train_step(*this, batch);
    }
    nn::Logs test_step(const nn::Batch& batch) override { return trainer.test_step(*this, batch); }

    nn::Trainer trainer;
    Parameter slope;
    int calls = 0;
    std::vector<Index> sizes;

private:
    std::vector<Spec> outputs_;
    std::vector<std::string> names_{"height"};
};

const nn::CompileOptions squares{.optimizer = optim::SGD({.learning_rate = 0.1}),
                                 .loss = nn::mean_squared_error};

const Tensor x = tensor({{1}, {2}, {3}}, f64), y = tensor({{2}, {4}, {6}}, f64);

}  // namespace

TEST_CASE("a trainer needs a layer with known outputs, and no model", "[nn]") {
    Line line;
    REQUIRE_THROWS_WITH(line.trainer.fit(line, x, y, {.verbose = 0}),
                        contains("model 'line' is not compiled"));
    line.trainer.compile(line, squares);
    const nn::History h =
        line.trainer.fit(line, x, y, {.epochs = 3, .verbose = 0, .shuffle = false});
    // slope ← slope − 0.2 mean(x² (slope − 2)), from 1.
    double slope = 1;
    for (int epoch = 0; epoch < 3; ++epoch) {
        const double off = slope - 2;
        CHECK(h.history.at("loss")[static_cast<std::size_t>(epoch)] ==
              Approx(14.0 / 3 * off * off));
        slope -= 0.2 * 14.0 / 3 * off;
    }
    CHECK(line.slope.value().item<double>() == Approx(slope));
    CHECK(line.trainer.evaluate(line, x, y, 2)["loss"] ==
          Approx(14.0 / 3 * (slope - 2) * (slope - 2)));
    CHECK(line.trainer.predict(line, {x}, 2)[0].to_vector<double>()[2] == Approx(3 * slope));
}

TEST_CASE("a trainer goes through epochs, batches and steps", "[nn]") {
    Line line;
    line.trainer.compile(line, squares);
    std::ostringstream out;
    std::vector<int> epochs;
    const nn::History h = line.trainer.fit(line, x, y,
                                           {.batch_size = 2,
                                            .epochs = 4,
                                            .verbose = 2,
                                            .validation_data = std::pair(x, y),
                                            .on_epoch_end =
                                                [&](nn::EpochLog& log) {
                                                    epochs.push_back(log.epoch);
                                                    log.stop = log.epoch == 1;
                                                },
                                            .out = &out});
    CHECK(line.sizes == std::vector<Index>{2, 1, 2, 1});
    CHECK(epochs == std::vector{0, 1});
    CHECK(h.epoch == epochs);
    CHECK(h.params.steps == 2);
    CHECK(h.history.at("val_loss").size() == 2);
    CHECK_THAT(out.str(), contains("Epoch 2/4\n2/2 - 0s - loss: ") && contains(" - val_loss: "));
}

TEST_CASE("a trainer captures a step once for each shape of batch", "[nn]") {
    Line line;
    line.trainer.compile(line, squares);
    line.trainer.fit(line, x, y, {.batch_size = 2, .epochs = 5, .verbose = 0});
    CHECK(line.calls == 2);
    line.trainer.predict(line, {x}, 2);
    CHECK(line.calls == 4);
    line.trainer.predict(line, {x}, 2);
    CHECK(line.calls == 4);
    line.trainer.forget_predictions();
    line.trainer.predict(line, {x}, 3);
    CHECK(line.calls == 5);
}

TEST_CASE("a trainer does single steps and finds the trainable weights", "[nn]") {
    Line line;
    line.trainer.compile(line, squares);
    const nn::Batch batch{{x}, {y}, {}};
    CHECK(line.test_step(batch)["loss"] == Approx(14.0 / 3));
    line.set_trainable(false);
    REQUIRE_THROWS_WITH(line.train_step(batch), contains("'line' is frozen"));
    line.trainer.compile(line, squares);
    line.test_step(batch);  // resolved while all weights are frozen
    line.set_trainable(true);
    CHECK(line.train_step(batch)["loss"] == Approx(14.0 / 3));
    CHECK(line.slope.value().item<double>() == Approx(1 + 0.2 * 14.0 / 3));

    const nn::Batch weighted{{x}, {y}, tensor({1, 0, 0}, f64)};
    const double off = 0.2 * 14.0 / 3 - 1;
    CHECK(line.test_step(weighted)["loss"] == Approx(off * off / 3));
}

TEST_CASE("a trainer refuses options that don't fit the outputs", "[nn]") {
    Line line;
    line.ensure_built(x.spec());
    REQUIRE_THROWS_WITH(line.trainer.compile(line, {.loss = {{"depth", nn::mean_squared_error}}}),
                        contains("losses for 'depth'") && contains("'height'"));
    CHECK(line.trainer.compiled() == nullptr);
    line.trainer.compile(line, {});
    REQUIRE_THROWS_WITH(line.trainer.evaluate(line, x, y, 1), contains("compiled without a loss"));
    line.trainer.compile(line, squares);
    REQUIRE_THROWS_AS(line.trainer.fit(line, x, zeros({2, 1}, f64), {}), ShapeError);
    REQUIRE_THROWS_AS(line.trainer.predict(line, {x}, 0), ValueError);
}

TEST_CASE("a moved model keeps the state of its trainer", "[nn]") {
    nn::Sequential first{nn::Dense(1, {.input_dim = 2})};
    first.compile({.optimizer = optim::SGD(),
                   .loss = nn::mean_squared_error,
                   .metrics = {nn::binary_accuracy}});
    first.fit(ones({4, 2}), ones({4, 1}), {.verbose = 0});
    nn::Sequential second(std::move(first));
    const nn::Batch batch{{ones({3, 2})}, {ones({3, 1})}, {}};
    const nn::Logs logs = second.train_step(batch);
    CHECK(logs.size() == 2);
    CHECK_NOTHROW(second.optimizer().set_learning_rate(0.5));
}
