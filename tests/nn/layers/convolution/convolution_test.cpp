// Convolutional layers: check_layer, weights, shapes. The golden cases compare their values with
// Keras's.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::numbers;
using shikumi_test::shape_of;
using shikumi_test::weights_of;

TEST_CASE("check_layer passes the convolutional layers", "[nn]") {
    nn::check_layer(nn::Conv1D(3, 2, {.padding = Padding::causal, .dilation_rate = 2}), {2, 5, 2});
    nn::check_layer(
        nn::Conv2D(4, 3, {.strides = 2, .padding = Padding::same, .activation = nn::tanh}),
        {2, 5, 4, 2});
    nn::check_layer(nn::Conv2D(4, {2, 1}, {.groups = 2, .use_bias = false}), {2, 3, 3, 4});
    nn::check_layer(nn::Conv3D(2, 2), {2, 3, 2, 3, 2});
    nn::check_layer(nn::Conv2DTranspose(3, 3, {.strides = 2, .padding = Padding::same}),
                    {2, 3, 2, 2});
    nn::check_layer(nn::Conv2DTranspose(2, {2, 3}, {.strides = {3, 1}}), {2, 2, 3, 3});
    nn::check_layer(nn::DepthwiseConv2D(2, {.depth_multiplier = 2}), {2, 3, 4, 3});
    nn::check_layer(nn::SeparableConv2D(3, 2, {.padding = Padding::same, .depth_multiplier = 2}),
                    {2, 3, 3, 2});
    nn::check_layer(nn::Conv1DTranspose(2, 3, {.strides = 2, .output_padding = 1}), {2, 3, 2});
    nn::check_layer(nn::Conv2DTranspose(2, 2, {.padding = Padding::same, .dilation_rate = 2}),
                    {2, 3, 4, 2});
    nn::check_layer(nn::Conv3DTranspose(2, 2, {.strides = {1, 2, 2}}), {2, 2, 2, 2, 2});
    nn::check_layer(nn::DepthwiseConv1D(2, {.padding = Padding::same, .depth_multiplier = 2}),
                    {2, 4, 3});
    nn::check_layer(nn::SeparableConv1D(3, 2, {.strides = 2}), {2, 5, 2});
}

// Computed by hand, with windows of 1, 10, 100.
TEST_CASE("output_padding chooses among the sizes that a stride allows", "[nn]") {
    const Tensor x = reshape(tensor({1, 2, 3}), {1, 3, 1});
    const auto made = [&](const nn::ConvOptions& options) {
        nn::Conv1DTranspose layer(1, 3, options);
        layer.ensure_built(x.spec());
        layer.weights()[0].assign(reshape(tensor({1, 10, 100}), {3, 1, 1}));
        return numbers(layer(x));
    };
    using Numbers = std::vector<double>;
    CHECK(made({.strides = 2}) == Numbers{1, 10, 102, 20, 203, 30, 300});
    CHECK(made({.strides = 2, .output_padding = 1}) == Numbers{1, 10, 102, 20, 203, 30, 300, 0});
    CHECK(made({.strides = 2, .padding = Padding::same}) == Numbers{1, 10, 102, 20, 203, 30});
    CHECK(made({.strides = 2, .padding = Padding::same, .output_padding = 1}) ==
          Numbers{1, 10, 102, 20, 203, 30});
    CHECK(made({.strides = 2, .padding = Padding::same, .output_padding = 0}) ==
          Numbers{10, 102, 20, 203, 30});
    CHECK(made({.dilation_rate = 2}) == Numbers{1, 2, 13, 20, 130, 200, 300});
    REQUIRE_THROWS_AS(nn::Conv2DTranspose(1, 3, {.strides = 2, .output_padding = 2}), ValueError);
    REQUIRE_THROWS_AS(nn::Conv2DTranspose(1, 3, {.strides = 2, .output_padding = -1}), ValueError);
    REQUIRE_THROWS_AS(nn::Conv2D(1, 3, {.output_padding = 0}), ValueError);
}

TEST_CASE("weights have Keras's names, order and shapes", "[nn]") {
    CHECK(weights_of(nn::Conv1D(4, 3), {1, 9, 2}) == "kernel (3, 2, 4), bias (4,)");
    CHECK(weights_of(nn::Conv2D(4, {3, 2}), {1, 9, 9, 2}) == "kernel (3, 2, 2, 4), bias (4,)");
    CHECK(weights_of(nn::Conv2D(4, 3, {.groups = 2, .use_bias = false}), {1, 9, 9, 6}) ==
          "kernel (3, 3, 3, 4)");
    CHECK(weights_of(nn::Conv3D(4, 2), {1, 3, 3, 3, 1}) == "kernel (2, 2, 2, 1, 4), bias (4,)");
    CHECK(weights_of(nn::Conv2DTranspose(4, 3), {1, 5, 5, 2}) == "kernel (3, 3, 4, 2), bias (4,)");
    CHECK(weights_of(nn::DepthwiseConv2D(3, {.depth_multiplier = 2}), {1, 9, 9, 4}) ==
          "kernel (3, 3, 4, 2), bias (8,)");
    CHECK(weights_of(nn::Conv3DTranspose(4, 3), {1, 5, 5, 5, 2}) ==
          "kernel (3, 3, 3, 4, 2), bias (4,)");
    CHECK(weights_of(nn::DepthwiseConv1D(3), {1, 9, 4}) == "kernel (3, 4, 1), bias (4,)");
    CHECK(weights_of(nn::SeparableConv1D(5, 3), {1, 9, 4}) ==
          "depthwise_kernel (3, 4, 1), pointwise_kernel (1, 4, 5), bias (5,)");
    CHECK(weights_of(nn::SeparableConv2D(5, 3, {.depth_multiplier = 2}), {1, 9, 9, 4}) ==
          "depthwise_kernel (3, 3, 4, 2), pointwise_kernel (1, 1, 8, 5), bias (5,)");
}

TEST_CASE("Keras's example of a convolutional network has 34,826 parameters", "[nn]") {
    nn::Sequential m{
        nn::Conv2D(32, 3, {.activation = nn::relu, .input_shape = {28, 28, 1}}),
        nn::MaxPooling2D(2),
        nn::Conv2D(64, 3, {.activation = nn::relu}),
        nn::MaxPooling2D(2),
        nn::Flatten(),
        nn::Dropout(0.5),
        nn::Dense(10, {.activation = nn::softmax}),
    };
    CHECK(m.count_params() == 34826);
    CHECK(m.output().shape.back() == 10);
}

TEST_CASE("regularisers and constraints reach the kernels", "[nn]") {
    nn::Conv2D conv(2, 2, {.kernel_regularizer = nn::L2(0.1), .kernel_constraint = nn::NonNeg()});
    conv(zeros({1, 3, 3, 1}));
    const std::vector<nn::Weight> weights = conv.described_weights();
    REQUIRE(weights.size() == 2);
    CHECK(weights[0].options.regularizer);
    CHECK(weights[0].options.constraint);
    CHECK_FALSE(weights[1].options.regularizer);
}

TEST_CASE("shapes that convolutions give", "[nn]") {
    const Shape image{2, 7, 10, 3};
    CHECK(shape_of(nn::Conv2D(4, 3), image) == Shape{2, 5, 8, 4});
    CHECK(shape_of(nn::Conv2D(4, 3, {.strides = 2, .padding = Padding::same}), image) ==
          Shape{2, 4, 5, 4});
    CHECK(shape_of(nn::Conv2D(4, 3, {.dilation_rate = 3}), image) == Shape{2, 1, 4, 4});
    CHECK(shape_of(nn::Conv2DTranspose(4, 3, {.strides = 2}), image) == Shape{2, 15, 21, 4});
    CHECK(shape_of(nn::Conv2DTranspose(4, 3, {.strides = 2, .padding = Padding::same}), image) ==
          Shape{2, 14, 20, 4});
}

TEST_CASE("convolutional layers describe their configuration", "[nn]") {
    nn::Conv2D conv(32, 3, {.strides = 2, .padding = Padding::same});
    CHECK(conv.label() == "Conv2D 32, 3×3, strides 2×2, same");
    conv(zeros({1, 8, 8, 1}));
    CHECK(conv.label() == "Conv2D 1→32, 3×3, strides 2×2, same");
    CHECK(nn::Conv1D(4, 3, {.padding = Padding::causal}).label() == "Conv1D 4, 3, causal");
    CHECK(nn::DepthwiseConv2D({3, 2}).label() == "DepthwiseConv2D 3×2");
}
