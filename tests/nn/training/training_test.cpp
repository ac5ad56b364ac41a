// Training: masks, several outputs, a custom train_step, eager evaluation.
#include <cmath>
#include <sstream>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;
using shikumi_test::numbers;

namespace {

std::vector<std::string> names(const nn::Logs& logs) {
    std::vector<std::string> all;
    for (const auto& [name, value] : logs) all.push_back(name);
    return all;
}

// Sequences whose steps are padding except those marked 1.
struct Padded {
    std::vector<double> real{1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1};
    Tensor x = tensor(std::vector<double>{1, 2, 0, 3, 0, 0, 0, 0, 0, 4, 5, 6}, {4, 3, 1});
    Tensor y = reshape(arange(0, 24, 1, f64) / 7, {4, 3, 2});
};

nn::Sequential steps(nn::ActivationFunction activation) {
    return nn::Sequential{nn::Masking(0, {.dtype = f64, .input_shape = {3, 1}}),
                          nn::Dense(2, {.activation = activation, .dtype = f64})};
}

// Keras 3: the mean over all steps of loss · mask · steps / real steps.
double masked_mean(const std::vector<double>& losses, const std::vector<double>& real) {
    double sum = 0, left = 0;
    for (std::size_t i = 0; i < losses.size(); ++i) {
        sum += losses[i] * real[i];
        left += real[i];
    }
    return sum / (left + 1e-7);
}

const nn::Input pixels({4}, {.name = "pixels"});

// Classes "a" and a number "b" from the same hidden layer.
nn::Model two_headed() {
    const nn::SymbolicTensor hidden = pixels | nn::Dense(3, {.activation = nn::tanh});
    return nn::Model(pixels, {hidden | nn::Dense(2, {.activation = nn::softmax, .name = "a"}),
                              hidden | nn::Dense(1, {.name = "b"})});
}

struct Heads {
    Tensor x = reshape(arange(0, 24, 1, f32) / 24, {6, 4});
    Tensor labels = tensor({0, 1, 1, 0, 1, 0}, i64), heights = ones({6, 1});
};

}  // namespace

TEST_CASE("masked steps count neither in losses nor in metrics", "[nn]") {
    const Padded p;
    nn::Sequential m = steps(nn::linear);
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.5}),
               .loss = nn::mean_squared_error,
               .metrics = {{"near", [](const Tensor& t, const Tensor& y) {
                                return nn::mean_per_sample((abs(t - y) < 2).cast(y.dtype()));
                            }}}});
    const auto predicted = numbers(m.predict(p.x)), wanted = numbers(p.y);
    std::vector<double> squares, near;
    for (std::size_t i = 0; i < 24; i += 2) {
        const double d0 = predicted[i] - wanted[i], d1 = predicted[i + 1] - wanted[i + 1];
        squares.push_back((d0 * d0 + d1 * d1) / 2);
        near.push_back(((std::abs(d0) < 2) + (std::abs(d1) < 2)) / 2.0);
    }
    const nn::Logs whole = m.evaluate(p.x, p.y);
    CHECK(whole["loss"] == Approx(masked_mean(squares, p.real)).epsilon(1e-12));
    CHECK(whole["near"] == Approx(masked_mean(near, p.real)).epsilon(1e-6));

    // Over batches, losses are weighted by samples, as in Keras's loss tracker, and metrics by
    // unmasked steps, of which the third sample has none.
    double loss = 0;
    for (std::size_t i = 0; i < 12; i += 3)
        loss += masked_mean({squares.begin() + static_cast<std::ptrdiff_t>(i),
                             squares.begin() + static_cast<std::ptrdiff_t>(i + 3)},
                            {p.real.begin() + static_cast<std::ptrdiff_t>(i),
                             p.real.begin() + static_cast<std::ptrdiff_t>(i + 3)}) /
                4;
    const nn::Logs single = m.evaluate(p.x, p.y, 1);
    CHECK(single["loss"] == Approx(loss).epsilon(1e-12));
    CHECK(single["near"] == Approx(masked_mean(near, p.real)).epsilon(1e-6));

    // The gradient of such a loss: kernel ← kernel − 0.5 Σ x (ŷ − y) / real steps.
    const auto before = numbers(m.get_weights()[0]), x = numbers(p.x);
    m.fit(p.x, p.y, {.verbose = 0});
    for (std::size_t k = 0; k < 2; ++k) {
        double gradient = 0;
        for (std::size_t i = 0; i < 12; ++i)
            gradient += p.real[i] * x[i] * (predicted[2 * i + k] - wanted[2 * i + k]) / 6;
        CHECK(numbers(m.get_weights()[0])[k] == Approx(before[k] - 0.5 * gradient));
    }
}

TEST_CASE("masks combine with softmax, labels and class weights", "[nn]") {
    const Padded p;
    nn::Sequential m = steps(nn::softmax);
    m.compile({.loss = nn::sparse_categorical_crossentropy, .metrics = {nn::accuracy}});
    const Tensor labels = tensor({{0, 1, 1}, {1, 0, 0}, {1, 1, 1}, {0, 0, 1}}, i64);
    const auto probabilities = numbers(m.predict(p.x));
    const auto classes = labels.to_vector<std::int64_t>();
    std::vector<double> losses, right;
    for (std::size_t i = 0; i < 12; ++i) {
        const double probability = probabilities[2 * i + static_cast<std::size_t>(classes[i])];
        losses.push_back(-std::log(probability));
        right.push_back(probability > 0.5);
    }
    const nn::Logs logs = m.evaluate(p.x, labels);
    CHECK(logs["loss"] == Approx(masked_mean(losses, p.real)).epsilon(1e-12));
    CHECK(logs["accuracy"] == Approx(masked_mean(right, p.real)).epsilon(1e-6));

    // An output without a step axis has no mask.
    nn::Sequential last{nn::Masking(0, {.dtype = f64, .input_shape = {3, 1}}),
                        nn::LSTM(2, {.return_sequences = true, .dtype = f64}), nn::Flatten()};
    last.compile({.loss = nn::mean_squared_error});
    CHECK(last.evaluate(p.x, zeros({4, 6}, f64))["loss"] ==
          Approx(mean(square(last.predict(p.x))).item<double>()));
}

TEST_CASE("several outputs: losses, weights and metrics by name and by order", "[nn]") {
    const Heads d;
    nn::Model m = two_headed();
    CHECK(m.output_names() == std::vector<std::string>{"a", "b"});
    m.compile({.loss = {{"a", nn::sparse_categorical_crossentropy}, {"b", nn::mean_squared_error}},
               .metrics = {{"a", {nn::accuracy}}},
               .loss_weights = {{"b", 0.25}}});
    const nn::Logs logs = m.evaluate(d.x, {d.labels, d.heights});
    CHECK(names(logs) == std::vector<std::string>{"loss", "a_loss", "b_loss", "a_accuracy"});
    CHECK(logs["loss"] == Approx(logs["a_loss"] + 0.25 * logs["b_loss"]));
    const auto y = m.predict(std::vector{d.x});
    CHECK(logs["b_loss"] == Approx(mean(square(y[1] - 1)).item<double>()));
    CHECK(logs["a_accuracy"] ==
          Approx(mean(equal(argmax(y[0], -1), d.labels).cast(f32)).item<double>()));

    std::ostringstream out;
    const nn::History h =
        m.fit(d.x, {d.labels, d.heights},
              {.batch_size = 4, .epochs = 2, .validation_split = 0.5, .out = &out});
    for (const char* key :
         {"loss", "b_loss", "a_accuracy", "val_loss", "val_a_loss", "val_a_accuracy"})
        CHECK(h.history.at(key).size() == 2);
    CHECK_THAT(out.str(), contains(" - loss: ") && contains(" - a_loss: ") &&
                              contains(" - a_accuracy: ") && contains(" - val_b_loss: "));

    nn::Model ordered = two_headed();
    ordered.set_weights(m.get_weights());
    ordered.compile({.loss = {nn::sparse_categorical_crossentropy, nn::mean_squared_error},
                     .metrics = {nn::accuracy},
                     .loss_weights = {1, 0.25}});
    const nn::Logs same = ordered.evaluate(d.x, {d.labels, d.heights});
    CHECK(names(same) ==
          std::vector<std::string>{"loss", "a_loss", "b_loss", "a_accuracy", "b_accuracy"});
    CHECK(same["loss"] == Approx(m.evaluate(d.x, {d.labels, d.heights})["loss"]));

    // An output without a loss is not trained.
    ordered.compile({.loss = {{"b", nn::mean_squared_error}}});
    const auto before = numbers(ordered.get_weights()[2]);
    CHECK(names(ordered.evaluate(d.x, {d.labels, d.heights})) == std::vector<std::string>{"loss"});
    ordered.fit(d.x, {d.labels, d.heights}, {.verbose = 0});
    CHECK(numbers(ordered.get_weights()[2]) == before);

    REQUIRE_THROWS_WITH(m.compile({.loss = {{"c", nn::mean_squared_error}}}),
                        contains("losses for 'c'") && contains("'a', 'b'"));
    REQUIRE_THROWS_WITH(m.compile({.loss = nn::mean_squared_error, .loss_weights = {1, 2, 3}}),
                        contains("3 loss_weights for the 2 outputs"));
    REQUIRE_THROWS_WITH(
        m.compile({.loss = nn::mean_squared_error, .metrics = {{"z", {nn::accuracy}}}}),
        contains("metrics for 'z'"));
    REQUIRE_THROWS_AS(m.fit(d.x, {d.labels, d.heights}, {.class_weight = {{0, 2.0}}}), ValueError);

    const auto tower = nn::shared(nn::Dense(4, {.name = "t"}));
    const nn::SymbolicTensor once = pixels | tower;
    CHECK(nn::Model(pixels, {once, once | tower}).output_names() ==
          std::vector<std::string>{"t", "t_1"});
}

TEST_CASE("a custom train_step needs neither loss nor targets", "[nn]") {
    struct Own final : nn::Model {
        Tensor call(const Tensor& x, Mode mode) override { return dense(x, mode); }
        nn::Logs train_step(const nn::Batch& batch) override {
            const Tensor loss = mean(square((*this)(batch.x[0], Mode::train)));
            loss.backward();
            sgd.step(parameters());
            nn::Logs logs;
            logs.add("mine", loss.item<double>());
            return logs;
        }
        nn::Dense dense{2};
        optim::SGD sgd{{.learning_rate = 0.1}};
    };
    Own m;
    const auto h = m.fit(ones({4, 3}), {.epochs = 4, .verbose = 0});
    CHECK(h.history.at("mine").back() < h.history.at("mine").front());
    m.compile({.optimizer = optim::Adam()});
    CHECK_NOTHROW(m.fit(ones({4, 3}), {.verbose = 0}));
    REQUIRE_THROWS_AS(m.evaluate(ones({4, 3}), ones({4, 2})), StateError);
    m.compile({.loss = nn::mean_squared_error});
    const auto measured =
        m.fit(ones({4, 3}), ones({4, 2}), {.epochs = 2, .verbose = 0, .validation_split = 0.5});
    CHECK(measured.history.at("val_loss").size() == 2);
    CHECK(measured.history.at("mine").size() == 2);
    REQUIRE_THROWS_AS(two_headed().fit(ones({4, 4}), {.verbose = 0}), StateError);
}

TEST_CASE("run_eagerly computes at once and gives the same numbers", "[nn]") {
    struct Watching final : nn::Layer {
        Tensor call(const Tensor& x, Mode) override {
            const Tensor y = x * 2;
            if (y.evaluated()) ++seen;
            return y;
        }
        int seen = 0;
    };
    const auto watching = std::make_shared<Watching>();
    nn::Sequential m;
    m.add(watching);
    m.add(nn::Dense(2));
    const Tensor x = reshape(arange(0, 12, 1, f32) / 12, {4, 3}), y = ones({4, 2});
    m.predict(x);
    nn::Sequential plain{nn::Lambda([](const Tensor& t) { return t * 2; }), nn::Dense(2)};
    plain.predict(x);
    plain.set_weights(m.get_weights());
    CHECK(watching->seen == 0);
    m.compile({.loss = nn::mean_squared_error, .run_eagerly = true});
    plain.compile({.loss = nn::mean_squared_error});
    const nn::FitOptions options{.batch_size = 2, .epochs = 3, .verbose = 0, .shuffle = false};
    const auto eager = m.fit(x, y, options), deferred = plain.fit(x, y, options);
    CHECK(watching->seen == 6);
    m.evaluate(x, y);
    m.predict(x);
    CHECK(watching->seen == 8);
    CHECK(eager.history.at("loss") == deferred.history.at("loss"));
}

TEST_CASE("a layer that is made again at each call is an error", "[nn]") {
    struct Careless final : nn::Layer {
        Tensor call(const Tensor& x, Mode mode) override {
            return nn::Dense(3, {.name = "lost"})(x, mode);
        }
    };
    REQUIRE_THROWS_AS(Careless()(ones({2, 3})), StateError);
    REQUIRE_THROWS_WITH(Careless()(ones({2, 3})),
                        contains("'lost'") && contains("a member of Careless"));

    struct Model final : nn::Model {
        Tensor call(const Tensor& x, Mode mode) override {
            return nn::Bidirectional(nn::GRU(2), {.name = "both"})(x, mode);
        }
    };
    Model m;
    REQUIRE_THROWS_WITH(m.predict(ones({2, 3, 4})), contains("'both'"));

    struct Builder final : nn::Layer {
        void build(const Spec& input) override { nn::Dense(2)(zeros(input.shape)); }
        Tensor call(const Tensor& x, Mode) override { return x; }
    };
    REQUIRE_THROWS_AS(Builder()(ones({2, 3})), StateError);

    // Layers without weights and layers that are kept may be made at any time.
    struct Fine final : nn::Layer {
        Tensor call(const Tensor& x, Mode mode) override {
            while (layers.size() < 3) {
                layers.emplace_back(3);
                layers.back()(x, mode);
            }
            nn::Dense moved = std::move(layers.back());
            const Tensor y = moved(nn::Softmax()(x), mode);
            layers.back() = std::move(moved);
            return y;
        }
        std::vector<nn::Dense> layers;
    };
    Fine fine;
    CHECK_NOTHROW(fine(ones({2, 3})));
    CHECK_NOTHROW(fine(ones({2, 3})));
    {
        Careless forgotten;
        REQUIRE_THROWS(forgotten(ones({2, 3})));
    }
    CHECK_NOTHROW(nn::Dense(3)(ones({2, 3})));
}
