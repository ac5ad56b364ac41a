// Models other than Sequential: functional, written as classes, nested, copied; states and losses
// of layers.
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

const nn::CompileOptions plain_options{.optimizer = optim::SGD({.learning_rate = 0.1}),
                                       .loss = nn::mean_squared_error};

class Perceptron final : public nn::Model {
public:
    Tensor call(const Tensor& x, Mode mode) override { return out_(hidden_(x, mode), mode); }

private:
    nn::Dense hidden_{8, {.activation = nn::relu}}, out_{2};
};

struct Counter final : nn::Layer {
    void build(const Spec&) override {
        calls = add_weight("calls", {}, nn::zeros_init(), {.trainable = false});
    }
    Tensor call(const Tensor& x, Mode mode) override {
        if (mode == Mode::train) add_update(calls, calls.value() + 1);
        add_loss(mean(square(x)));
        return x;
    }
    Parameter calls;
};

struct Residual final : nn::Layer {
    Tensor call(const Tensor& x, Mode mode) override { return x + dense(x, mode); }
    nn::Dense dense{3, {.activation = nn::tanh, .name = "inside"}};
};

}  // namespace

TEST_CASE("a functional model: several inputs and outputs, shared layers", "[nn]") {
    nn::clear_session();
    const nn::Input a({4}, {.name = "a"}), b({4}, {.name = "b"});
    const auto tower = nn::shared(nn::Dense(3, {.activation = nn::tanh}));
    const nn::SymbolicTensor left = a | tower, right = b | tower;
    const nn::SymbolicTensor joined = nn::connect(nn::Concatenate(), {left, right});
    const nn::SymbolicTensor y1 = joined | nn::Dense(2), y2 = nn::connect(nn::Add(), {left, right});
    nn::Model m({a, b}, {y1, y2});
    CHECK(m.name() == "model");
    CHECK(m.count_params() == 4 * 3 + 3 + 6 * 2 + 2);
    CHECK(m.outputs()[0].shape.back() == 2);
    const std::string text = m.summary();
    CHECK_THAT(text, contains("Connected to") && contains("['a[0][0]',") &&
                         contains("'b[0][0]']") && contains("['dense[0][0]',") &&
                         contains("'dense[1][0]']") && contains("a (InputLayer)"));

    const Tensor x1 = ones({5, 4}), x2 = full({5, 4}, 0.5);
    const auto out = m.predict(std::vector{x1, x2}, 2);
    CHECK(out[0].shape() == Shape{5, 2});
    CHECK(out[1].shape() == Shape{5, 3});
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.1}),
               .loss = {nn::mean_squared_error, nn::mean_absolute_error}});
    const auto h = m.fit({x1, x2}, {ones({5, 2}), zeros({5, 3})},
                         {.epochs = 20, .verbose = 0, .shuffle = false});
    CHECK(h.history.at("loss").back() < h.history.at("loss").front());
    CHECK(h.history.at("loss")[0] ==
          Approx(h.history.at("dense_1_loss")[0] + h.history.at("add_loss")[0]));

    CHECK_THAT(nn::plot_model(m).text(),
               contains("<svg") && contains("Concatenate") && contains("</svg>"));

    nn::Model copy = m.clone();
    CHECK(numbers(copy.predict(std::vector{x1, x2})[0]) ==
          numbers(m.predict(std::vector{x1, x2})[0]));
    copy.set_weights({zeros({4, 3}), zeros({3}), zeros({6, 2}), ones({2})});
    CHECK(numbers(m.predict(std::vector{x1, x2})[0]) !=
          numbers(copy.predict(std::vector{x1, x2})[0]));
}

TEST_CASE("functional models refuse bad graphs and inputs", "[nn]") {
    const nn::Input a({4}, {.name = "a"}), b({4}, {.name = "b"}), wide({5}, {.name = "wide"});
    const auto tower = nn::shared(nn::Dense(3, {.name = "tower"}));
    const nn::SymbolicTensor y = a | tower;
    REQUIRE_THROWS_WITH(nn::Model({a, b}, y), contains("'b' is disconnected"));
    REQUIRE_THROWS_WITH(nn::Model(b, y), contains("'b' is disconnected"));
    REQUIRE_THROWS_WITH(nn::Model(b, nn::connect(nn::Add(), {y, b | nn::Dense(3)})),
                        contains("depends on the input 'a'"));
    REQUIRE_THROWS_WITH(wide | tower, contains("in layer 'tower'") && contains("4"));
    REQUIRE_THROWS_AS(wide | tower, ShapeError);
    REQUIRE_THROWS_AS(nn::connect(nn::Add(), {y}), ShapeError);
    REQUIRE_THROWS_AS(nn::Model({a, a}, y), ValueError);
    nn::Model m(a, y);
    REQUIRE_THROWS_WITH(m.predict(std::vector{ones({1, 4}), ones({1, 4})}), contains("1 inputs"));
    REQUIRE_THROWS_WITH(m.predict(ones({1, 3})), contains("'a' takes (4,)"));
    REQUIRE_THROWS_AS(m.predict(ones({1, 4}, f64)), DTypeError);

    const auto inner = std::make_shared<nn::Sequential>("inner");
    const auto outer = std::make_shared<nn::Sequential>("outer");
    inner->add(outer);
    REQUIRE_THROWS_WITH(outer->add(inner), contains("a layer of itself"));
}

TEST_CASE("a class with layers is a model and can be copied", "[nn]") {
    Perceptron m;
    REQUIRE_THROWS_AS(m.parameters(), StateError);
    const Tensor x = ones({3, 4});
    const auto before = numbers(m.predict(x));
    CHECK(m.parameters().size() == 4);
    CHECK(m.count_params() == 4 * 8 + 8 + 8 * 2 + 2);
    CHECK_THAT(m.summary(), contains("(Dense)") && contains("multiple"));

    Perceptron copy = nn::clone(m);
    CHECK(numbers(copy.predict(x)) == before);
    m.compile(plain_options);
    const auto h = m.fit(x, zeros({3, 2}), {.epochs = 5, .verbose = 0});
    CHECK(h.history.at("loss").back() < h.history.at("loss").front());
    CHECK(numbers(copy.predict(x)) == before);
    Perceptron moved(std::move(m));
    CHECK(moved.parameters().size() == 4);
    CHECK(numbers(moved.predict(x)) != before);
}

TEST_CASE("a class of models may override call_all alone", "[nn]") {
    struct Doubled final : nn::Model {
        std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode) override {
            return {inputs.front() * 2};
        }
    };
    Doubled doubled;
    CHECK(numbers(doubled(tensor({1, 2}))) == std::vector<double>{2, 4});
    CHECK(numbers(doubled(std::vector{tensor({1, 2})}).front()) == std::vector<double>{2, 4});
    CHECK(numbers(doubled(tensor({3, 4}))) == std::vector<double>{6, 8});

    struct Nothing final : nn::Model {};
    Nothing nothing;
    CHECK_THROWS_AS(nothing(tensor({1, 2})), StateError);
    CHECK_THROWS_AS(nothing(std::vector{tensor({1, 2})}), StateError);
}

TEST_CASE("models are layers", "[nn]") {
    nn::Sequential inner{nn::Dense(3, {.input_dim = 4}), nn::Dense(2)};
    nn::Sequential outer;
    outer.add(std::move(inner));
    outer.add(nn::Dense(1));
    CHECK(outer.predict(ones({2, 4})).shape() == Shape{2, 1});
    CHECK(outer.count_params() == 15 + 8 + 3);
    nn::Sequential copy = outer.clone();
    CHECK(numbers(copy.predict(ones({2, 4}))) == numbers(outer.predict(ones({2, 4}))));
}

TEST_CASE("inner layers are found where they are called", "[nn]") {
    Residual layer;
    layer(ones({2, 3}));
    REQUIRE(layer.weights().size() == 2);
    CHECK(layer.weights()[0].name() == layer.name() + "/inside/kernel");
    Residual moved(std::move(layer));
    CHECK(moved.weights().size() == 2);
    CHECK(moved.inner_layers().front() == &moved.dense);
    moved.set_trainable(false);
    CHECK_FALSE(moved.weights()[0].trainable());
    REQUIRE_THROWS_WITH(moved(ones({2, 4})), contains("in layer 'inside'") && contains("Residual"));
    nn::check_layer(Residual(), {4, 3});
}

TEST_CASE("states, losses, penalties, constraints and frozen layers in training", "[nn]") {
    const Tensor x = ones({4, 3}), y = zeros({4, 3});
    auto counter = std::make_shared<Counter>();
    nn::Sequential m;
    m.add(counter);
    m.compile(plain_options);
    m.build({{4, 3}});
    CHECK(m.evaluate(x, y)["loss"] == Approx(2));
    CHECK(counter->calls.value().item<double>() == 0);
    nn::Sequential trained;
    trained.add(counter);
    trained.add(nn::Dense(
        3, {.kernel_regularizer = nn::L2(0.5), .kernel_constraint = nn::NonNeg(), .name = "d"}));
    trained.compile(plain_options);
    const double penalised = trained.evaluate(x, y)["loss"];
    double penalty = 0;
    for (const double w : numbers(trained.get_weights()[1])) penalty += 0.5 * w * w;
    CHECK(penalised ==
          Approx(mean(square(trained.predict(x))).item<double>() + penalty + 1).epsilon(1e-5));
    trained.fit(x, y, {.batch_size = 2, .epochs = 3, .verbose = 0});
    CHECK(counter->calls.value().item<double>() == 6);
    for (const double w : numbers(trained.get_weights()[1])) CHECK(w >= 0);

    const auto frozen = std::make_shared<nn::Dense>(3);
    nn::Sequential half;
    half.add(frozen);
    half.add(nn::Dense(3));
    frozen->set_trainable(false);
    half.compile(plain_options);
    half.predict(x);
    const auto before = half.get_weights();
    const auto first = numbers(before[0]), second = numbers(before[2]);
    half.fit(x, y, {.epochs = 2, .verbose = 0});
    CHECK(numbers(half.get_weights()[0]) == first);
    CHECK(numbers(half.get_weights()[2]) != second);
    CHECK_THAT(half.summary(), contains("Non-trainable params: 12"));
}

TEST_CASE("a custom train_step", "[nn]") {
    struct Own final : nn::Model {
        Tensor call(const Tensor& x, Mode mode) override { return dense(x, mode); }
        nn::Logs train_step(const nn::Batch& batch) override {
            const Tensor loss = mean(square((*this)(batch.x[0], Mode::train) - batch.y[0]));
            loss.backward();
            optimizer().step(parameters());
            nn::Logs logs;
            logs.add("mine", loss.item<double>());
            return logs;
        }
        nn::Dense dense{2};
    };
    Own m;
    m.compile(plain_options);
    const auto h = m.fit(ones({4, 3}), zeros({4, 2}), {.epochs = 4, .verbose = 0});
    CHECK(h.history.at("mine").back() < h.history.at("mine").front());
}

TEST_CASE("two competing networks: each changes its own weights", "[nn]") {
    nn::Sequential draw{nn::Dense(2, {.input_dim = 3})}, judge{nn::Dense(1, {.input_dim = 2})};
    for (nn::Sequential* m : {&draw, &judge}) m->compile(plain_options);
    const Tensor z = ones({4, 3});
    const auto loss = [&] { return mean(square(judge(draw(z)) - 1)); };
    const auto drawn = numbers(draw.get_weights()[0]), judged = numbers(judge.get_weights()[0]);

    // Trains a drawer through a frozen judge, as Keras's older examples do.
    judge.set_trainable(false);
    CHECK(judge.trainable_weights().empty());
    CHECK(draw.trainable_weights().size() == 2);
    std::vector<Parameter> both = draw.weights();
    for (const Parameter& w : judge.weights()) both.push_back(w);
    REQUIRE_THROWS_AS(draw.optimizer().minimize(loss(), both), StateError);
    REQUIRE_THROWS_WITH(draw.optimizer().minimize(loss(), both),
                        contains("dense") && contains("kernel' is frozen"));
    evaluate({}, draw.optimizer().minimize(loss(), draw.trainable_weights()));
    CHECK(numbers(draw.get_weights()[0]) != drawn);
    CHECK(numbers(judge.get_weights()[0]) == judged);

    const nn::Batch batch{{ones({4, 2})}, {zeros({4, 1})}, {}};
    REQUIRE_THROWS_AS(judge.train_step(batch), StateError);
    REQUIRE_THROWS_WITH(judge.fit(batch.x[0], batch.y[0], {.verbose = 0}),
                        contains("model 'sequential") && contains("is frozen"));
    CHECK(numbers(judge.get_weights()[0]) == judged);
    judge.set_trainable(true);
    judge.train_step(batch);  // without a fit before it
    CHECK(numbers(judge.get_weights()[0]) != judged);
}
