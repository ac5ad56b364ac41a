// ConvLSTM: shapes, weights, masks, dropout, bad input.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::shape_of;
using shikumi_test::weights_of;

TEST_CASE("check_layer passes the convolutional LSTMs", "[recurrent]") {
    nn::check_layer(nn::ConvLSTM1D(2, 2), {2, 2, 3, 1});
    nn::check_layer(nn::ConvLSTM2D(1, 2,
                                   {.strides = 2,
                                    .padding = Padding::same,
                                    .return_sequences = true,
                                    .go_backwards = true}),
                    {2, 2, 3, 3, 1});
    nn::check_layer(nn::ConvLSTM2D(1, {1, 2}, {.dropout = 0.3, .recurrent_dropout = 0.3}),
                    {2, 2, 2, 3, 1});
    nn::check_layer(nn::ConvLSTM3D(1, 2, {.use_bias = false}), {2, 2, 2, 2, 2, 1});
    nn::check_layer(nn::ConvLSTMCell(1, 2, 2), {2, 3, 1});
}

TEST_CASE("convolutional LSTMs keep places and filters as states", "[recurrent]") {
    CHECK(weights_of(nn::ConvLSTM2D(4, {2, 3}), {1, 2, 5, 6, 3}) ==
          "kernel (2, 3, 3, 16), recurrent_kernel (2, 3, 4, 16), bias (16,)");
    CHECK(shape_of(nn::ConvLSTM2D(4, {2, 3}), {1, 2, 5, 6, 3}) == Shape{1, 4, 4, 4});
    CHECK(shape_of(nn::ConvLSTM1D(4, 3, {.dilation_rate = 2, .return_sequences = true}),
                   {1, 3, 8, 2}) == Shape{1, 3, 4, 4});
    nn::ConvLSTM1D layer(2, 2, {.return_state = true});
    const auto all = layer(std::vector{ones({3, 2, 4, 1})});
    REQUIRE(all.size() == 3);
    CHECK(all[1].shape() == Shape{3, 3, 2});
    CHECK(all[2].shape() == Shape{3, 3, 2});
    // The forget gate's bias starts at 1.
    CHECK(layer.weights()[2].value().to_vector<double>() ==
          std::vector<double>{0, 0, 1, 1, 0, 0, 0, 0});
}

TEST_CASE("a convolutional LSTM leaves masked steps out", "[recurrent]") {
    Generator rng(2);
    const Tensor x = random_normal({1, 3, 4, 2}, rng);
    nn::ConvLSTM1D layer(2, 2);
    const nn::CallContext context;
    const Tensor plain = layer(slice(x, 1, {0, 2}));
    nn::CallContext inner;
    inner.set_mask(x, tensor({{1, 1, 0}}, bool_));
    CHECK(max(abs(layer(x) - plain)).item<double>() < 1e-6);
}

TEST_CASE("convolutional LSTMs refuse what doesn't fit", "[recurrent]") {
    REQUIRE_THROWS_AS(nn::ConvLSTM2D(0, 2), ValueError);
    REQUIRE_THROWS_AS(nn::ConvLSTM2D(2, {2, 2, 2}), ShapeError);
    REQUIRE_THROWS_AS(nn::ConvLSTM1D(2, 2, {.padding = Padding::causal}), ValueError);
    REQUIRE_THROWS_AS(nn::ConvLSTM1D(2, 2, {.strides = 2, .dilation_rate = 2}), ValueError);
    REQUIRE_THROWS_AS(nn::ConvLSTM1D(2, 2, {.dropout = 1.5}), ValueError);
    REQUIRE_THROWS_AS(nn::ConvLSTM2D(2, 2)(ones({1, 2, 3, 3})), ShapeError);
    REQUIRE_THROWS_AS(nn::ConvLSTM1D(2, 5)(ones({1, 2, 3, 1})), ShapeError);
}
