// Sequential: building, weights, predicting; then training, and all that it refuses.
#include <cmath>
#include <limits>
#include <set>
#include <sstream>
#include <type_traits>
#include <vector>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/datasets/labels.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;
using shikumi_test::numbers;

namespace {

nn::Sequential classifier(Index features = 4, Index classes = 3) {
    return nn::Sequential{nn::Dense(8, {.activation = nn::relu, .input_dim = features}),
                          nn::Dense(classes, {.activation = nn::softmax})};
}

// Notes which first features a batch holds.
struct Spy : nn::Layer {
    explicit Spy(std::vector<std::vector<double>>* seen) : seen_(seen) {}
    Tensor call(const Tensor& x, Mode mode) override {
        if (mode == Mode::train) seen_->push_back(numbers(slice(x, 1, {0, 1})));
        return x;
    }
    std::vector<std::vector<double>>* seen_;
};

const nn::CompileOptions plain{.optimizer = optim::SGD({.learning_rate = 0.1}),
                               .loss = nn::mean_squared_error};

nn::CompileOptions crossentropy() {
    return {.optimizer = optim::Adam({.learning_rate = 0.05}),
            .loss = nn::categorical_crossentropy,
            .metrics = {nn::accuracy}};
}

struct Blobs {
    Tensor x, labels;
};

// Three clouds of 2-D points.
Blobs blobs(Index samples, DType dtype = f32) {
    Generator rng(5);
    const Tensor labels = (arange(samples) - (floor(arange(samples).cast(f64) / 3) * 3).cast(i64));
    const Tensor centres = tensor({{0, 3}, {3, 0}, {-3, -3}}, dtype);
    const Tensor x = take(centres, labels) + random_normal({samples, 2}, rng, 0, 0.5, dtype);
    return {Tensor(x.array()), Tensor(labels.array())};
}

}  // namespace

TEST_CASE("a Sequential moves and does not copy", "[nn]") {
    STATIC_REQUIRE(std::is_nothrow_move_constructible_v<nn::Sequential>);
    STATIC_REQUIRE(!std::is_copy_constructible_v<nn::Sequential>);
    nn::Sequential a = classifier();
    const auto before = numbers(a.predict(ones({1, 4})));
    nn::Sequential b(std::move(a));
    CHECK(numbers(b.predict(ones({1, 4}))) == before);
    CHECK(b.layers().size() == 2);
}

TEST_CASE("a model is built from the first layer, an Input, or the data", "[nn]") {
    CHECK(classifier().count_params() == 4 * 8 + 8 + 8 * 3 + 3);

    nn::Sequential with_input{nn::Input({2, 2}), nn::Flatten(), nn::Dense(3)};
    CHECK(with_input.layers().size() == 2);
    CHECK(with_input.count_params() == 15);

    nn::Sequential from_data{nn::Dense(3)};
    REQUIRE_THROWS_AS(from_data.count_params(), StateError);
    CHECK(from_data(ones({7, 5})).shape() == Shape{7, 3});
    CHECK(from_data.count_params() == 18);
    from_data.add(nn::Dense(2));
    CHECK(from_data(ones({7, 5})).shape() == Shape{7, 2});
    CHECK(from_data.count_params() == 26);
    CHECK_THAT(from_data.summary(), contains("(None, 2)"));
    from_data.add(nn::Dense(4));
    CHECK(from_data.output().shape.back() == 4);  // without a call in between
    CHECK_THAT(from_data.summary(), contains("(None, 4)"));

    REQUIRE_THROWS_AS(nn::Sequential().count_params(), StateError);
    REQUIRE_THROWS_AS(nn::Sequential()(ones({1, 1})), StateError);
    nn::Sequential late{nn::Dense(3)};
    REQUIRE_THROWS_AS(late.add(nn::Input({4})), ValueError);
    REQUIRE_THROWS_AS(late.add(std::shared_ptr<nn::Layer>()), ValueError);
    REQUIRE_THROWS_AS(late.predict(scalar(1)), ShapeError);
}

TEST_CASE("an error names the layer and keeps its type", "[nn]") {
    nn::clear_session();
    nn::Sequential m{nn::Dense(8, {.input_dim = 4}), nn::Reshape({3, 3})};
    REQUIRE_THROWS_AS(m.summary(), ShapeError);
    REQUIRE_THROWS_WITH(m.summary(), contains("in layer 2 'reshape' (Reshape (3, 3))"));

    nn::Sequential fits = classifier();
    REQUIRE_THROWS_AS(fits.predict(ones({2, 5})), ShapeError);
    REQUIRE_THROWS_WITH(fits.predict(ones({2, 5})),
                        contains("(2, 5)") && contains("in layer 1 'dense_1' (Dense 4→8)"));
    REQUIRE_THROWS_AS(fits.predict(ones({2, 4}, f64)), DTypeError);

    struct Mixer : nn::Layer {
        Tensor call(const Tensor& x, Mode) override { return sum(x, 0); }
    };
    nn::Sequential mixes{Mixer()};
    REQUIRE_THROWS_WITH(mixes.build({{5, 2}}), contains("must stay the batch"));
}

TEST_CASE("weights are read and set, all or none", "[nn]") {
    nn::Sequential a = classifier(), b = classifier();
    const Tensor x = tensor({{1, 2, 3, 4}, {0, 1, 0, 1}});
    CHECK(numbers(a.predict(x)) != numbers(b.predict(x)));
    b.set_weights(a.get_weights());
    CHECK(numbers(a.predict(x)) == numbers(b.predict(x)));

    std::vector<Tensor> wrong = a.get_weights();
    for (Tensor& w : wrong) w = zeros_like(w);
    const auto before = numbers(b.predict(x));
    wrong.back() = zeros({4});
    REQUIRE_THROWS_AS(b.set_weights(wrong), ShapeError);
    CHECK(numbers(b.predict(x)) == before);
    wrong.back() = zeros({3}, f64);
    REQUIRE_THROWS_AS(b.set_weights(wrong), DTypeError);
    CHECK(numbers(b.predict(x)) == before);
    wrong.pop_back();
    REQUIRE_THROWS_AS(b.set_weights(wrong), ValueError);
    CHECK(numbers(b.predict(x)) == before);
    // An error at evaluation leaves everything unchanged, too.
    wrong.push_back(take(zeros({5}), tensor({1, 2, 9}).cast(i64)));
    REQUIRE_THROWS_AS(b.set_weights(wrong), Error);
    CHECK(numbers(b.predict(x)) == before);
}

TEST_CASE("a handle to a weight keeps its value", "[nn]") {
    nn::Sequential m = classifier(2);
    const auto [x, labels] = blobs(12);
    const std::vector<Tensor> held = m.get_weights();
    const auto before = numbers(held[0]);
    m.compile(crossentropy());
    m.fit(x, nn::to_categorical(labels), {.epochs = 2, .verbose = 0});
    CHECK(numbers(held[0]) == before);
    CHECK(numbers(m.get_weights()[0]) != before);
}

TEST_CASE("predict works batch by batch", "[nn]") {
    nn::Sequential m = classifier(2);
    const Tensor x = blobs(70).x;
    const Tensor all = m.predict(x);
    CHECK(all.shape() == Shape{70, 3});
    CHECK(all.evaluated());
    const auto one_batch = numbers(m.predict(x, 1000)), direct = numbers(m(x));
    const auto batches = numbers(all);
    for (std::size_t i = 0; i < batches.size(); ++i) {
        CHECK(batches[i] == Approx(direct[i]).margin(1e-6));
        CHECK(one_batch[i] == Approx(direct[i]).margin(1e-6));
    }
    CHECK(m.predict(zeros({0, 2})).shape() == Shape{0, 3});
    REQUIRE_THROWS_AS(m.predict(x, 0), ValueError);
    REQUIRE_THROWS_AS(m.predict(x, -1), ValueError);
}

TEST_CASE("a model learns, in f32 and f64, with Adam and SGD", "[nn]") {
    for (const DType dtype : {f32, f64}) {
        const auto [x, labels] = blobs(90, dtype);
        for (const bool adam : {true, false}) {
            nn::Sequential m{nn::Dense(8, {.activation = nn::tanh, .dtype = dtype}),
                             nn::Dense(3, {.activation = nn::softmax, .dtype = dtype})};
            const optim::Optimizer optimizer =
                adam ? optim::Optimizer(optim::Adam({.learning_rate = 0.02}))
                     : optim::SGD({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true});
            m.compile({.optimizer = optimizer,
                       .loss = nn::sparse_categorical_crossentropy,
                       .metrics = {nn::accuracy}});
            const auto history = m.fit(x, labels, {.epochs = 15, .verbose = 0});
            CHECK(history.history.at("accuracy").back() > 0.97);
            CHECK(history.history.at("loss").back() < 0.2);
            CHECK(m.evaluate(x, labels)["accuracy"] > 0.97);
        }
    }
}

TEST_CASE("binary targets may be integers in a row", "[nn]") {
    const Tensor x = tensor({{-2}, {-1}, {1}, {2}, {-3}, {3}}),
                 y = tensor({0, 0, 1, 1, 0, 1}).cast(i64);
    nn::Sequential m{nn::Dense(1, {.activation = nn::sigmoid, .input_dim = 1})};
    m.compile({.optimizer = optim::SGD({.learning_rate = 1}),
               .loss = nn::binary_crossentropy,
               .metrics = {nn::accuracy}});
    const auto history = m.fit(x, y, {.epochs = 50, .verbose = 0});
    CHECK(history.history.at("accuracy").back() == 1);
    CHECK(history.history.at("loss").back() < 0.1);
}

TEST_CASE("the reported loss is the mean over samples, before each update", "[nn]") {
    // One weight, no bias, rate 0.1: w ← w - 0.2 mean(x (w x - y)).
    nn::Sequential m{nn::Dense(
        1,
        {.use_bias = false, .kernel_initializer = nn::ones_init(), .input_dim = 1, .dtype = f64})};
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.1}), .loss = nn::mean_squared_error});
    const std::vector<double> xs{1, 2, 3}, ys{2, 3, 5};
    std::vector<double> expected;
    double w = 1;
    for (int epoch = 0; epoch < 3; ++epoch) {
        double total = 0;
        for (const auto& [first, last] :
             {std::pair{0u, 2u}, {2u, 3u}}) {  // the last batch is smaller
            double slope = 0;
            for (unsigned i = first; i < last; ++i) {
                total += (w * xs[i] - ys[i]) * (w * xs[i] - ys[i]);
                slope += xs[i] * (w * xs[i] - ys[i]);
            }
            w -= 0.2 * slope / (last - first);
        }
        expected.push_back(total / 3);
    }
    const auto history = m.fit(tensor(xs, {3, 1}), tensor(ys, {3, 1}),
                               {.batch_size = 2, .epochs = 3, .verbose = 0, .shuffle = false});
    CHECK(history.epoch == std::vector{0, 1, 2});
    CHECK(history.params.epochs == 3);
    CHECK(history.params.steps == 2);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(history.history.at("loss")[i] == Approx(expected[i]).epsilon(1e-12));
    CHECK(m.get_weights()[0].item<double>() == Approx(w).epsilon(1e-12));
}

TEST_CASE("shuffling takes every sample once an epoch, and the seed decides the order", "[nn]") {
    const Tensor x = reshape(arange(10).cast(f32), {10, 1});
    const auto order = [&](nn::FitOptions options) {
        nn::set_random_seed(3);
        std::vector<std::vector<double>> seen;
        nn::Sequential m{Spy(&seen), nn::Dense(1)};
        m.compile(plain);
        m.compile({.optimizer = optim::SGD({.learning_rate = 0.0}),
                   .loss = nn::mean_squared_error,
                   .run_eagerly = true});
        options.batch_size = 4;
        options.epochs = 2;
        options.verbose = 0;
        m.fit(x, x, options);
        return seen;
    };
    const auto straight = order({.shuffle = false});
    CHECK(straight == std::vector<std::vector<double>>{
                          {0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9}, {0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9}});
    const auto shuffled = order({});
    REQUIRE(shuffled.size() == 6);
    for (const std::size_t epoch : {0u, 3u}) {
        std::set<double> all;
        for (std::size_t i = 0; i < 3; ++i)
            all.insert(shuffled[epoch + i].begin(), shuffled[epoch + i].end());
        CHECK(all.size() == 10);
    }
    CHECK(shuffled != straight);
    CHECK(shuffled[0] != shuffled[3]);
    CHECK(shuffled == order({}));
    CHECK(order({.seed = 1}) == order({.seed = 1}));
    CHECK(order({.seed = 1}) != order({.seed = 2}));
    nn::set_random_seed(0);
}

TEST_CASE("validation takes the tail before shuffling, and dropout is off", "[nn]") {
    const Tensor x = reshape(arange(10).cast(f32), {10, 1});
    std::vector<std::vector<double>> seen;
    nn::Sequential m{Spy(&seen), nn::Dropout(0.5),
                     nn::Dense(1, {.kernel_initializer = nn::zeros_init()})};
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.0}),
               .loss = nn::mean_squared_error,
               .run_eagerly = true});
    const auto history = m.fit(x, x, {.verbose = 0, .validation_split = 0.25});
    REQUIRE(seen.size() == 1);
    CHECK(std::set<double>(seen[0].begin(), seen[0].end()) ==
          std::set<double>{0, 1, 2, 3, 4, 5, 6});  // ⌊10 · 0.75⌋
    CHECK(history.history.at("val_loss")[0] == Approx((49 + 64 + 81) / 3.0));
    const auto given =
        m.fit(x, x, {.verbose = 0, .validation_data = std::pair(tensor({{2}}), tensor({{4}}))});
    CHECK(given.history.at("val_loss")[0] == Approx(16));
    CHECK(given.history.size() == 2);
}

TEST_CASE("fit, evaluate and predict record a step once for each size of batch", "[nn]") {
    int calls = 0;
    const Tensor x = reshape(arange(10).cast(f32), {10, 1});
    nn::Sequential m{nn::Lambda([&](const Tensor& t) {
                         ++calls;
                         return 2 * t;
                     }),
                     nn::Dense(1)};
    const auto compile = [&](bool eagerly) {
        m.compile({.optimizer = optim::SGD({.learning_rate = 0.0}),
                   .loss = nn::mean_squared_error,
                   .run_eagerly = eagerly});
    };
    compile(false);
    m.ensure_built(x.spec());
    const auto counted = [&](auto&& f) {
        calls = 0;
        f();
        return calls;
    };
    const auto fit = [&] { m.fit(x, x, {.batch_size = 4, .epochs = 5, .verbose = 0}); };
    const auto evaluate = [&] { m.evaluate(x, x, 4); };
    const auto predict = [&] { m.predict(x, 4); };
    CHECK(counted(fit) == 2);
    CHECK(counted(evaluate) == 2);
    CHECK(counted(predict) == 2);
    CHECK(counted(predict) == 0);  // recorded programs stay
    compile(true);
    CHECK(counted(fit) == 15);
    CHECK(counted(evaluate) == 3);
    CHECK(counted(predict) == 3);
}

TEST_CASE("class weights multiply the losses, divided by the batch", "[nn]") {
    const Tensor x = tensor({{1, 0}, {0, 1}, {1, 1}}), labels = tensor({0, 1, 1}).cast(i64);
    const auto loss = [&](const Tensor& y, const nn::Loss& l, Index outputs,
                          std::map<int, double> weights) {
        nn::Sequential m{nn::Dense(outputs, {.activation = outputs == 1 ? nn::sigmoid : nn::softmax,
                                             .kernel_initializer = nn::zeros_init(),
                                             .input_dim = 2})};
        m.compile({.optimizer = optim::SGD(), .loss = l});
        return m.fit(x, y, {.verbose = 0, .class_weight = std::move(weights)})
            .history.at("loss")[0];
    };
    const double expected = std::log(2) * (3 + 0.5 + 0.5) / 3;
    const std::map<int, double> weights{{0, 3}, {1, 0.5}};
    CHECK(loss(labels, nn::sparse_categorical_crossentropy, 2, weights) == Approx(expected));
    CHECK(loss(nn::to_categorical(labels), nn::categorical_crossentropy, 2, weights) ==
          Approx(expected));
    CHECK(loss(labels, nn::binary_crossentropy, 1, weights) == Approx(expected));
    CHECK(loss(labels, nn::sparse_categorical_crossentropy, 2, {{0, 3}}) ==
          Approx(std::log(2) * 5 / 3));
    REQUIRE_THROWS_AS(loss(labels, nn::sparse_categorical_crossentropy, 2, {{0, -1}}), ValueError);
    REQUIRE_THROWS_AS(loss(labels, nn::sparse_categorical_crossentropy, 2, {{-1, 1}}), ValueError);
}

TEST_CASE("custom losses, metrics and activations", "[nn]") {
    const auto [x, labels] = blobs(12);
    nn::Sequential m{nn::Dense(3, {.activation = [](const Tensor& t) { return t * 2; }})};
    m.compile(
        {.optimizer = optim::SGD(),
         .loss = [](const Tensor& y,
                    const Tensor& p) { return nn::mean_per_sample(square(p - one_hot(y, 3))); },
         .metrics = {nn::accuracy,
                     {"largest", [](const Tensor&, const Tensor& p) { return max(p, -1); }}}});
    const nn::Logs logs = m.evaluate(x, labels);
    std::vector<std::string> names;
    for (const auto& [name, value] : logs) names.push_back(name);
    CHECK(names == std::vector<std::string>{"loss", "accuracy", "largest"});
    REQUIRE_THROWS_WITH(logs["acc"], contains("'acc'") && contains("loss, accuracy, largest"));

    m.compile(
        {.optimizer = optim::SGD(), .loss = [](const Tensor&, const Tensor& p) { return sum(p); }});
    REQUIRE_THROWS_AS(m.evaluate(x, labels), ShapeError);
}

TEST_CASE("a hook sees every epoch and may stop", "[nn]") {
    const auto [x, labels] = blobs(12);
    nn::Sequential m = classifier(2);
    m.compile(crossentropy());
    std::vector<double> seen;
    const auto history = m.fit(x, nn::to_categorical(labels),
                               {.epochs = 10, .verbose = 0, .on_epoch_end = [&](nn::EpochLog& log) {
                                    seen.push_back(log.logs["loss"]);
                                    log.stop = log.epoch == 3;
                                    m.optimizer().set_learning_rate(0.001);
                                }});
    CHECK(history.epoch.size() == 4);
    CHECK(seen == history.history.at("loss"));
    CHECK(m.optimizer().learning_rate() == 0.001);
}

TEST_CASE("the output of fit", "[nn]") {
    const auto [x, labels] = blobs(12);
    nn::Sequential m = classifier(2);
    m.compile(crossentropy());
    std::ostringstream one, three, none, brief;
    m.fit(x, nn::to_categorical(labels), {.out = &one});
    CHECK(one.str().rfind("1/1 [==============================] - 0s ", 0) == 0);
    CHECK_THAT(one.str(), contains("/step - loss: ") && contains(" - accuracy: "));
    m.fit(x, nn::to_categorical(labels),
          {.batch_size = 5, .epochs = 3, .validation_split = 0.25, .out = &three});
    CHECK_THAT(three.str(), contains("Epoch 3/3\n2/2 [====") && contains(" - val_loss: ") &&
                                contains(" - val_accuracy: "));
    m.fit(x, nn::to_categorical(labels), {.verbose = 0, .out = &none});
    CHECK(none.str() == "");
    m.fit(x, nn::to_categorical(labels), {.verbose = 2, .out = &brief});
    CHECK(brief.str().rfind("1/1 - 0s - loss: ", 0) == 0);
    const auto nothing = m.fit(x, nn::to_categorical(labels), {.epochs = 0});
    CHECK(nothing.epoch.empty());
}

TEST_CASE("fit refuses", "[nn]") {
    nn::Sequential m = classifier();
    const Tensor x = ones({6, 4}), y = zeros({6, 3});
    REQUIRE_THROWS_AS(m.fit(x, y), StateError);
    REQUIRE_THROWS_WITH(m.fit(x, y), contains("compile"));
    REQUIRE_THROWS_AS(m.evaluate(x, y), StateError);
    REQUIRE_THROWS_AS(m.optimizer(), StateError);
    m.compile(crossentropy());
    const auto before = numbers(m.get_weights()[0]);

    const auto with = [&](nn::FitOptions options) {
        options.verbose = 0;
        m.fit(x, y, options);
    };
    REQUIRE_THROWS_AS(with({.batch_size = 0}), ValueError);
    REQUIRE_THROWS_AS(with({.batch_size = -2}), ValueError);
    REQUIRE_THROWS_AS(with({.epochs = -1}), ValueError);
    REQUIRE_THROWS_AS(with({.validation_split = 1}), ValueError);
    REQUIRE_THROWS_AS(with({.validation_split = -0.1}), ValueError);
    REQUIRE_THROWS_AS(with({.validation_split = std::numeric_limits<double>::quiet_NaN()}),
                      ValueError);
    REQUIRE_THROWS_AS(with({.validation_split = 0.99}), ValueError);
    REQUIRE_THROWS_AS(m.fit(x, y, {.verbose = 3}), ValueError);

    REQUIRE_THROWS_WITH(m.fit(x, zeros({5, 3})), contains("6 samples and y 5"));
    REQUIRE_THROWS_AS(m.fit(x, zeros({5, 3})), ShapeError);
    REQUIRE_THROWS_AS(m.fit(zeros({0, 4}), zeros({0, 3})), ValueError);
    REQUIRE_THROWS_AS(m.fit(scalar(1), scalar(1)), ShapeError);
    REQUIRE_THROWS_AS(m.fit(x, zeros({6, 2})), ShapeError);
    REQUIRE_THROWS_AS(m.fit(ones({6, 5}), y), ShapeError);
    REQUIRE_THROWS_WITH(m.fit(x.cast(u8), y),
                        contains("takes f32, got u8 (6, 4): cast it with x.cast(f32), in layer 1"));
    REQUIRE_THROWS_AS(m.fit(x, y, {.validation_data = std::pair(x, zeros({5, 3}))}), ShapeError);
    REQUIRE_THROWS_AS(m.evaluate(x, y, 0), ValueError);
    CHECK(numbers(m.get_weights()[0]) == before);
}

TEST_CASE("labels outside the classes are refused before training", "[nn]") {
    nn::Sequential m = classifier();
    m.compile({.optimizer = optim::SGD(), .loss = nn::sparse_categorical_crossentropy});
    const Tensor x = ones({3, 4});
    const auto before = numbers(m.get_weights()[0]);
    REQUIRE_THROWS_AS(m.fit(x, tensor({0, 1, 3}).cast(i64)), ValueError);
    REQUIRE_THROWS_WITH(m.fit(x, tensor({0, 1, 3}).cast(i64)), contains("label 3 of sample 2"));
    REQUIRE_THROWS_WITH(m.fit(x, tensor({0, -1, 2}).cast(i32)), contains("label -1 of sample 1"));
    REQUIRE_THROWS_AS(m.fit(x, tensor({0, 1, 2})), DTypeError);
    REQUIRE_THROWS_AS(m.evaluate(x, tensor({0, 1, 3}).cast(i64)), ValueError);
    CHECK(numbers(m.get_weights()[0]) == before);
    CHECK(m.fit(x, tensor({{0}, {1}, {2}}).cast(u8), {.verbose = 0}).epoch.size() == 1);
}

TEST_CASE("NaN and infinity stop training; the error names epoch and batch", "[nn]") {
    const double nan = std::numeric_limits<double>::quiet_NaN(),
                 inf = std::numeric_limits<double>::infinity();
    for (const DType dtype : {f32, f64}) {
        nn::Sequential m{nn::Dense(1, {.input_dim = 1, .dtype = dtype})};
        m.compile(plain);
        const auto fit = [&](Tensor x, Tensor y) {
            m.fit(x.cast(dtype), y.cast(dtype),
                  {.batch_size = 2, .epochs = 2, .verbose = 0, .shuffle = false});
        };
        const Tensor good = tensor({{1}, {2}, {3}, {4}});
        REQUIRE_THROWS_AS(fit(tensor({{1}, {2}, {3}, {nan}}), good), ValueError);
        REQUIRE_THROWS_WITH(fit(tensor({{1}, {2}, {3}, {nan}}), good),
                            contains("x holds NaN or infinity in sample 3, in epoch 1, batch 2"));
        REQUIRE_THROWS_WITH(fit(good, tensor({{1}, {-inf}, {3}, {4}})),
                            contains("y holds NaN or infinity in sample 1, in epoch 1, batch 1"));
    }
    nn::Sequential m{nn::Dense(1, {.input_dim = 1})};
    m.compile({.optimizer = optim::SGD({.learning_rate = 1e20}), .loss = nn::mean_squared_error});
    REQUIRE_THROWS_WITH(
        m.fit(tensor({{1}, {2}}), tensor({{5}, {6}}), {.epochs = 9, .verbose = 0}),
        contains("the loss became") && contains("in epoch ") && contains(", batch 1"));
}

TEST_CASE("a loss from logits after softmax is refused", "[nn]") {
    nn::Sequential m = classifier();
    REQUIRE_THROWS_AS(m.compile({.loss = nn::CategoricalCrossentropy({.from_logits = true})}),
                      ValueError);
    REQUIRE_THROWS_WITH(
        m.compile({.loss = nn::SparseCategoricalCrossentropy({.from_logits = true})}),
        contains("softmax") && contains(m.layers()[1]->name()));
    nn::Sequential sigmoid{nn::Dense(1, {.activation = nn::sigmoid})};  // noticed at first use
    sigmoid.compile({.loss = nn::BinaryCrossentropy({.from_logits = true})});
    REQUIRE_THROWS_AS(sigmoid.fit(ones({2, 3}), ones({2, 1}), {.verbose = 0}), ValueError);

    const auto [x, labels] = blobs(60);
    nn::Sequential logits{nn::Dense(8, {.activation = nn::relu, .input_dim = 2}), nn::Dense(3)};
    logits.compile({.optimizer = optim::Adam({.learning_rate = 0.05}),
                    .loss = nn::SparseCategoricalCrossentropy({.from_logits = true}),
                    .metrics = {nn::accuracy}});
    CHECK(logits.fit(x, labels, {.epochs = 20, .verbose = 0}).history.at("accuracy").back() > 0.95);
}

TEST_CASE("frozen weights aren't trained", "[nn]") {
    const auto [x, labels] = blobs(12);
    nn::Sequential m = classifier(2);
    Parameter kernel = m.parameters()[0];
    kernel.set_trainable(false);
    const auto frozen = numbers(kernel), free = numbers(m.parameters()[2]);
    m.compile(crossentropy());
    m.fit(x, nn::to_categorical(labels), {.verbose = 0});
    CHECK(numbers(kernel) == frozen);
    CHECK(numbers(m.parameters()[2]) != free);
}

TEST_CASE("Eager trains to the same numbers", "[nn]") {
    const auto [x, labels] = blobs(12);
    const auto train = [&, x = x, labels = labels] {
        nn::set_random_seed(4);
        nn::Sequential m = classifier(2);
        m.compile(crossentropy());
        return m.fit(x, nn::to_categorical(labels), {.epochs = 3, .verbose = 0}).history.at("loss");
    };
    const auto fused = train();
    std::vector<double> eager;
    {
        const Eager guard;
        eager = train();
    }
    for (std::size_t i = 0; i < 3; ++i) CHECK(eager[i] == Approx(fused[i]).epsilon(1e-6));
    nn::set_random_seed(0);
}

TEST_CASE("training doesn't grow memory", "[nn]") {
    const auto [x, labels] = blobs(16);
    nn::Sequential m{nn::Dense(8, {.activation = nn::relu}), nn::Dropout(0.1),
                     nn::Dense(3, {.activation = nn::softmax})};
    m.compile(crossentropy());
    const Tensor y = nn::to_categorical(labels);
    m.fit(x, y, {.batch_size = 5, .epochs = 20, .verbose = 0});
    const auto nodes = shikumi::detail::live_nodes();
    const auto live = memory_stats().live, peak = memory_stats().peak;
    m.fit(x, y, {.batch_size = 5, .epochs = 500, .verbose = 0});
    CHECK(shikumi::detail::live_nodes() == nodes);
    CHECK(memory_stats().live == live);
    CHECK(memory_stats().peak == peak);
}
