// Lists without a tensor: an Error at each call that takes a list.
#include <memory>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;

namespace {

const std::vector<Tensor> nothing;
const std::vector<Spec> no_specs;

std::vector<std::unique_ptr<nn::Layer>> layers() {
    std::vector<std::unique_ptr<nn::Layer>> all;
    const auto add = [&](auto layer) {
        all.push_back(std::make_unique<decltype(layer)>(std::move(layer)));
    };
    add(nn::Dense(1));
    add(nn::Softmax());
    add(nn::Attention());
    add(nn::AdditiveAttention());
    add(nn::MultiHeadAttention(1, 2));
    add(nn::GroupQueryAttention(2, 2, 1));
    add(nn::LSTM(2));
    add(nn::GRU(2));
    add(nn::SimpleRNN(2));
    add(nn::Bidirectional(nn::LSTM(2)));
    add(nn::TimeDistributed(nn::Dense(2)));
    add(nn::Add());
    add(nn::Subtract());
    add(nn::Multiply());
    add(nn::Average());
    add(nn::Maximum());
    add(nn::Minimum());
    add(nn::CategoryEncoding(3));
    add(nn::EinsumDense("ab,bc->ac", {3}));
    add(nn::ConvLSTM1D(2, 2));
    add(nn::RNN(nn::StackedRNNCells(nn::LSTMCell(2), nn::GRUCell(2))));
    add(nn::Concatenate());
    add(nn::Dot(1));
    add(nn::Embedding(3, 2));
    add(nn::BatchNormalization());
    add(nn::Conv1D(2, 1));
    add(nn::Sequential{nn::Dense(1, {.input_dim = 1})});
    const nn::Input in({1});
    all.push_back(std::make_unique<nn::Model>(in, nn::SymbolicTensor(in) | nn::Dense(1)));
    return all;
}

}  // namespace

TEST_CASE("no layer takes an empty list", "[nn]") {
    for (const auto& layer : layers()) {
        INFO(layer->name());
        CHECK_THROWS_AS((*layer)(nothing), ShapeError);
        REQUIRE_THROWS_WITH((*layer)(nothing), contains(layer->name()));
        CHECK_THROWS_AS(layer->call_all(nothing, Mode::infer), Error);
        CHECK_THROWS_AS(layer->ensure_built(no_specs), ShapeError);
    }
    nn::LSTM built(2);
    built(ones({1, 2, 2}));
    CHECK_THROWS_AS(built(nothing), ShapeError);
    CHECK_THROWS_AS(nn::LSTM(2).build_all(no_specs), ShapeError);
    CHECK_THROWS_AS(nn::Softmax().build_all(no_specs), ShapeError);
    CHECK_THROWS_AS(nn::MultiHeadAttention(1, 2).build_all(no_specs), ShapeError);
    CHECK_THROWS_AS(nn::Dense(2).build_all(no_specs), ShapeError);
}

TEST_CASE("classes of one's own must not give empty lists", "[nn]") {
    struct Nothing final : nn::Model {
        std::vector<Tensor> call_all(const std::vector<Tensor>&, Mode) override { return {}; }
    };
    CHECK_THROWS_AS(Nothing()(ones({1, 1})), ShapeError);
    CHECK_THROWS_AS(Nothing()(std::vector{ones({1, 1})}), ShapeError);
    CHECK_THROWS_AS(Nothing().predict(ones({1, 1})), ShapeError);
    struct Stateless final : nn::RecurrentCell {
        std::vector<Shape> state_shapes() const override { return {}; }
        std::vector<Tensor> step(const Tensor&, const std::vector<Tensor>&) override { return {}; }
    };
    struct Forgetful final : nn::RecurrentCell {
        std::vector<Shape> state_shapes() const override { return {{2}}; }
        std::vector<Tensor> step(const Tensor&, const std::vector<Tensor>&) override { return {}; }
    };
    CHECK_THROWS_AS(nn::RNN(Stateless())(ones({1, 2, 2})), ShapeError);
    CHECK_THROWS_AS(nn::RNN(Stateless(), {.stateful = true})(ones({1, 2, 2})), ShapeError);
    CHECK_THROWS_AS(nn::RNN(Forgetful())(ones({1, 2, 2})), ShapeError);
    struct Plain final : nn::Model {
        Tensor call(const Tensor& x, Mode) override { return softmax(x); }
    } plain;
    plain(ones({1, 2}));
    CHECK_THROWS_AS(plain.compile({.loss = nn::categorical_crossentropy_from_logits}), ValueError);
}

TEST_CASE("models and their training take no empty list", "[nn]") {
    nn::Sequential m{nn::Dense(1, {.input_dim = 1})};
    REQUIRE_THROWS_WITH(m.predict(nothing), contains("[predict]"));
    CHECK_THROWS_AS(nn::Sequential{nn::Dense(1)}.predict(nothing), Error);
    m.compile({.loss = nn::mean_squared_error});
    CHECK_THROWS_AS(m.fit(nothing, nothing), Error);
    CHECK_THROWS_AS(m.fit(ones({1, 1}), nothing), Error);
    CHECK_THROWS_AS(m.fit(nothing), Error);
    CHECK_THROWS_AS(m.evaluate(nothing, nothing), Error);
    CHECK_THROWS_AS(m.evaluate(ones({1, 1}), nothing), Error);
    CHECK_THROWS_AS(m.train_step(nn::Batch{}), Error);
    CHECK_THROWS_AS(m.test_step(nn::Batch{}), Error);
    m.predict(ones({2, 1}));
    CHECK_THROWS_AS(m.train_step(nn::Batch{}), Error);
    CHECK_THROWS_AS(m.predict(scalar(1.F)), ShapeError);
    CHECK_THROWS_AS(m.predict(nothing), Error);
    CHECK_THROWS_AS(nn::connect(nn::Dense(1), {}), Error);
    CHECK_THROWS_AS(nn::connect_all(nn::Add(), {}), Error);
    CHECK_THROWS_AS(nn::Model(nn::SymbolicTensors(), nn::SymbolicTensors()), Error);
    CHECK_THROWS_AS(concatenate(nothing, 0), Error);
    CHECK_THROWS_AS(stack(nothing), Error);
}
