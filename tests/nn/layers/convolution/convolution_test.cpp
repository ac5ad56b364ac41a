// Convolution, pooling and padding layers: check_layer, weights, shapes and refused arguments. The
// golden cases compare their values with Keras's.
#include <functional>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;

namespace {

// The weights' names and shapes, "kernel (3, 3, 1, 2), bias (2,)", after a first call.
std::string weights_of(nn::Layer& layer, const Shape& input) {
    layer(zeros(input));
    std::string text;
    for (const Parameter& w : layer.weights()) {
        const std::string name = w.name().substr(w.name().rfind('/') + 1);
        text += (text.empty() ? "" : ", ") + name + " " + to_string(w.shape());
    }
    return text;
}
std::string weights_of(nn::Layer&& layer, const Shape& input) { return weights_of(layer, input); }

Shape shape_of(nn::Layer& layer, const Shape& input) { return layer(zeros(input)).shape(); }
Shape shape_of(nn::Layer&& layer, const Shape& input) { return shape_of(layer, input); }

std::vector<double> numbers(const Tensor& t) { return t.to_vector<double>(); }

}  // namespace

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

TEST_CASE("adaptive pooling, padding, cropping and repeating along one axis", "[nn]") {
    const Tensor x = reshape(tensor({1, 2, 3, 4, 5, 6, 7}), {1, 7, 1});
    using Numbers = std::vector<double>;
    // 7 elements into 3: 0 to 2, 2 to 4, 4 to 6.
    CHECK(numbers(nn::AdaptiveAveragePooling1D(3)(x)) == Numbers{2, 4, 6});
    CHECK(numbers(nn::AdaptiveMaxPooling1D(3)(x)) == Numbers{3, 5, 7});
    CHECK(numbers(nn::AdaptiveMaxPooling1D(2)(x)) == Numbers{4, 7});
    CHECK(numbers(nn::AdaptiveAveragePooling1D(7)(x)) == numbers(x));
    const Tensor y = slice(x, 1, {0, 3});
    CHECK(numbers(nn::ZeroPadding1D({1, 2})(y)) == Numbers{0, 1, 2, 3, 0, 0});
    CHECK(numbers(nn::Cropping1D({1, 3})(x)) == Numbers{2, 3, 4});
    CHECK(numbers(nn::UpSampling1D(2)(y)) == Numbers{1, 1, 2, 2, 3, 3});
    CHECK(shape_of(nn::AdaptiveMaxPooling2D(7), {2, 10, 14, 3}) == Shape{2, 7, 7, 3});
    CHECK(shape_of(nn::ZeroPadding3D(2), {1, 2, 3, 4, 1}) == Shape{1, 6, 7, 8, 1});
    CHECK(shape_of(nn::Cropping3D(), {1, 4, 4, 5, 1}) == Shape{1, 2, 2, 3, 1});
    CHECK(shape_of(nn::UpSampling3D(), {1, 4, 4, 5, 1}) == Shape{1, 8, 8, 10, 1});
    CHECK(nn::AdaptiveMaxPooling2D({2, 3}).config() == "AdaptiveMaxPooling2D 2×3");
    REQUIRE_THROWS_AS(nn::AdaptiveMaxPooling1D(0), ValueError);
    REQUIRE_THROWS_AS(nn::AdaptiveMaxPooling2D(2)(x), ShapeError);
    REQUIRE_THROWS_AS(nn::AdaptiveMaxPooling1D(2)(zeros({1, 0, 2})), ShapeError);
    REQUIRE_THROWS_AS(nn::ZeroPadding3D({1, 2}), ShapeError);
    REQUIRE_THROWS_AS(nn::ZeroPadding1D({1, -2}), ValueError);
}

TEST_CASE("check_layer passes the pooling and padding layers", "[nn]") {
    nn::check_layer(nn::MaxPooling1D(2), {2, 5, 3});
    nn::check_layer(nn::MaxPooling2D(3, {.strides = 2, .padding = Padding::same}), {2, 5, 4, 2});
    nn::check_layer(nn::MaxPooling3D({1, 2, 2}), {2, 2, 4, 2, 2});
    nn::check_layer(nn::AveragePooling1D(3, {.strides = 1}), {2, 5, 3});
    nn::check_layer(nn::AveragePooling2D({3, 2}, {.padding = Padding::same}), {2, 5, 4, 2});
    nn::check_layer(nn::AveragePooling3D(2), {2, 2, 4, 2, 2});
    nn::check_layer(nn::GlobalMaxPooling1D(), {2, 5, 3});
    nn::check_layer(nn::GlobalMaxPooling2D({.keepdims = true}), {2, 4, 3, 2});
    nn::check_layer(nn::GlobalAveragePooling1D(), {2, 5, 3});
    nn::check_layer(nn::GlobalAveragePooling2D(), {2, 4, 3, 2});
    nn::check_layer(nn::ZeroPadding2D({{1, 2}, {0, 3}}), {2, 3, 2, 2});
    nn::check_layer(nn::Cropping2D({{1, 2}, {0, 1}}), {2, 5, 3, 2});
    nn::check_layer(nn::UpSampling2D({2, 3}), {2, 3, 2, 2});
    nn::check_layer(nn::UpSampling2D(2, {.interpolation = Interpolation::bilinear}), {2, 3, 2, 2});
    nn::check_layer(nn::GlobalMaxPooling3D(), {2, 2, 4, 3, 2});
    nn::check_layer(nn::GlobalAveragePooling3D(), {2, 2, 4, 3, 2});
    nn::check_layer(nn::AdaptiveMaxPooling1D(3), {2, 5, 2});
    nn::check_layer(nn::AdaptiveMaxPooling2D({2, 3}), {2, 5, 4, 2});
    nn::check_layer(nn::AdaptiveMaxPooling3D(2), {2, 2, 4, 3, 1});
    nn::check_layer(nn::AdaptiveAveragePooling1D(2), {2, 4, 3});
    nn::check_layer(nn::AdaptiveAveragePooling2D({3, 1}), {2, 5, 4, 2});
    nn::check_layer(nn::AdaptiveAveragePooling3D({1, 2, 2}), {2, 2, 4, 3, 1});
    nn::check_layer(nn::ZeroPadding1D({1, 2}), {2, 3, 2});
    nn::check_layer(nn::ZeroPadding3D({1, 0, 2}), {2, 1, 2, 3, 1});
    nn::check_layer(nn::Cropping1D({0, 2}), {2, 4, 3});
    nn::check_layer(nn::Cropping3D({{0, 1}, {1, 0}, {1, 1}}), {2, 2, 3, 3, 1});
    nn::check_layer(nn::UpSampling1D(3), {2, 3, 2});
    nn::check_layer(nn::UpSampling3D({1, 2, 3}), {2, 2, 2, 2, 1});
    nn::check_layer(nn::SpatialDropout3D(0.4), {2, 2, 3, 2, 4});
    nn::check_layer(nn::SpatialDropout1D(0.4), {2, 3, 4});
    nn::check_layer(nn::SpatialDropout2D(0.4), {2, 3, 2, 4});
}

TEST_CASE("weights have Keras's names, order and shapes", "[nn]") {
    CHECK(weights_of(nn::Conv1D(4, 3), {1, 9, 2}) == "kernel (3, 2, 4), bias (4,)");
    CHECK(weights_of(nn::Conv2D(4, {3, 2}), {1, 9, 9, 2}) == "kernel (3, 2, 2, 4), bias (4,)");
    CHECK(weights_of(nn::Conv2D(4, 3, {.groups = 2, .use_bias = false}), {1, 9, 9, 6}) ==
          "kernel (3, 3, 3, 4)");
    CHECK(weights_of(nn::Conv3D(4, 2), {1, 3, 3, 3, 1}) == "kernel (2, 2, 2, 1, 4), bias (4,)");
    CHECK(weights_of(nn::Conv2DTranspose(4, 3), {1, 5, 5, 2}) == "kernel (3, 3, 4, 2), bias (4,)");
    CHECK(weights_of(nn::DepthwiseConv2D(3, {.depth_multiplier = 2}), {1, 9, 9, 4}) ==
          "depthwise_kernel (3, 3, 4, 2), bias (8,)");
    CHECK(weights_of(nn::Conv3DTranspose(4, 3), {1, 5, 5, 5, 2}) ==
          "kernel (3, 3, 3, 4, 2), bias (4,)");
    CHECK(weights_of(nn::DepthwiseConv1D(3), {1, 9, 4}) == "depthwise_kernel (3, 4, 1), bias (4,)");
    CHECK(weights_of(nn::SeparableConv1D(5, 3), {1, 9, 4}) ==
          "depthwise_kernel (3, 4, 1), pointwise_kernel (1, 4, 5), bias (5,)");
    CHECK(weights_of(nn::SeparableConv2D(5, 3, {.depth_multiplier = 2}), {1, 9, 9, 4}) ==
          "depthwise_kernel (3, 3, 4, 2), pointwise_kernel (1, 1, 8, 5), bias (5,)");
}

TEST_CASE("shapes that windows give", "[nn]") {
    const Shape image{2, 7, 10, 3};
    CHECK(shape_of(nn::Conv2D(4, 3), image) == Shape{2, 5, 8, 4});
    CHECK(shape_of(nn::Conv2D(4, 3, {.strides = 2, .padding = Padding::same}), image) ==
          Shape{2, 4, 5, 4});
    CHECK(shape_of(nn::Conv2D(4, 3, {.dilation_rate = 3}), image) == Shape{2, 1, 4, 4});
    CHECK(shape_of(nn::Conv2DTranspose(4, 3, {.strides = 2}), image) == Shape{2, 15, 21, 4});
    CHECK(shape_of(nn::Conv2DTranspose(4, 3, {.strides = 2, .padding = Padding::same}), image) ==
          Shape{2, 14, 20, 4});
    CHECK(shape_of(nn::MaxPooling2D(), image) == Shape{2, 3, 5, 3});
    CHECK(shape_of(nn::MaxPooling2D(2, {.padding = Padding::same}), image) == Shape{2, 4, 5, 3});
    CHECK(shape_of(nn::AveragePooling2D({2, 3}, {.strides = 1}), image) == Shape{2, 6, 8, 3});
    CHECK(shape_of(nn::GlobalMaxPooling2D(), image) == Shape{2, 3});
    CHECK(shape_of(nn::GlobalAveragePooling2D({.keepdims = true}), image) == Shape{2, 1, 1, 3});
    CHECK(shape_of(nn::ZeroPadding2D({1, 2}), image) == Shape{2, 9, 14, 3});
    CHECK(shape_of(nn::Cropping2D(2), image) == Shape{2, 3, 6, 3});
    CHECK(shape_of(nn::UpSampling2D({2, 3}), image) == Shape{2, 14, 30, 3});
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

TEST_CASE("windowed layers describe their configuration", "[nn]") {
    nn::Conv2D conv(32, 3, {.strides = 2, .padding = Padding::same});
    CHECK(conv.config() == "Conv2D 32, 3×3, strides 2×2, same");
    conv(zeros({1, 8, 8, 1}));
    CHECK(conv.config() == "Conv2D 1→32, 3×3, strides 2×2, same");
    CHECK(nn::Conv1D(4, 3, {.padding = Padding::causal}).config() == "Conv1D 4, 3, causal");
    CHECK(nn::MaxPooling2D(2, {.strides = 1}).config() == "MaxPooling2D 2×2, strides 1×1");
    CHECK(nn::DepthwiseConv2D({3, 2}).config() == "DepthwiseConv2D 3×2");
    CHECK(nn::ZeroPadding2D({{1, 2}, {0, 3}}).config() == "ZeroPadding2D ((1, 2), (0, 3))");
}

TEST_CASE("SpatialDropout drops whole channels", "[nn]") {
    nn::SpatialDropout2D dropout(0.25);
    const Tensor x = ones({40, 3, 5, 50});
    CHECK(numbers(dropout(x)) == numbers(x));
    const Tensor y = dropout(x, Mode::train);
    const Tensor channel = slice(y, {{}, {0, 1}, {0, 1}});
    CHECK(all(equal(y, broadcast_to(channel, y.shape()))).item<bool>());
    CHECK(mean(y).item<double>() == Approx(1).margin(0.05));
    CHECK(numbers(max(y)) == numbers(scalar(1 / 0.75)));
    REQUIRE_THROWS_AS(nn::SpatialDropout1D(1.5), ValueError);
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

TEST_CASE("windows that don't fit are refused by name", "[nn]") {
    const std::vector<std::pair<const char*, std::function<void()>>> values{
        {"no filters", [] { nn::Conv2D(0, 3); }},
        {"a kernel of size 0", [] { nn::Conv2D(4, 0); }},
        {"a stride of 0",
         [] {
             nn::Conv2D(4, 3, {.strides = {1, 0}});
         }},
        {"a dilation of 0", [] { nn::Conv1D(4, 3, {.dilation_rate = 0}); }},
        {"strides and dilation", [] { nn::Conv2D(4, 3, {.strides = 2, .dilation_rate = 2}); }},
        {"groups that don't divide the filters", [] { nn::Conv2D(4, 3, {.groups = 3}); }},
        {"causal images", [] { nn::Conv2D(4, 3, {.padding = Padding::causal}); }},
        {"causal pools", [] { nn::MaxPooling1D(2, {.padding = Padding::causal}); }},
        {"a pool of size 0", [] { nn::AveragePooling2D(0); }},
        {"no multiplier", [] { nn::DepthwiseConv2D(3, {.depth_multiplier = 0}); }},
        {"negative padding", [] { nn::ZeroPadding2D(-1); }},
        {"negative cropping",
         [] {
             nn::Cropping2D({{0, -1}, {0, 0}});
         }},
        {"no rows of each",
         [] {
             nn::UpSampling2D({1, 0});
         }},
    };
    for (const auto& [what, make] : values) {
        INFO(what);
        CHECK_THROWS_AS(make(), ValueError);
    }
    const Tensor x = zeros({2, 5, 5, 3});
    const std::vector<std::pair<std::function<Tensor()>, const char*>> shapes{
        {[&] { return nn::Conv2D(4, 6, {.name = "wide"})(x); }, "'wide' (Conv2D 4, 6×6)"},
        {[&] { return nn::Conv2D(4, 3, {.groups = 2, .name = "c"})(x); }, "2 groups don't divide"},
        {[&] {
             return nn::Conv2D(4, 3, {.name = "c"})(zeros({2, 5, 3}));
         },
         "rows, columns"},
        {[&] { return nn::MaxPooling2D(6, {.name = "p"})(x); }, "MaxPooling2D 6×6"},
        {[&] { return nn::MaxPooling1D(2, {.name = "p"})(x); }, "(batch, steps, channels)"},
        {[&] { return nn::Cropping2D(3, {.name = "c"})(x); }, "leaves nothing of axis 1"},
        {[&] { return nn::DepthwiseConv2D(6, {.name = "d"})(x); }, "DepthwiseConv2D 6×6"},
        {[&] { return nn::SeparableConv2D(2, 6, {.name = "s"})(x); }, "SeparableConv2D 2, 6×6"},
        {[&] {
             return nn::GlobalMaxPooling2D({.name = "g"})(zeros({2, 3}));
         },
         "(batch, rows,"},
    };
    for (const auto& [call, part] : shapes) {
        INFO(part);
        REQUIRE_THROWS_AS(call(), ShapeError);
        try {
            call();
        } catch (const ShapeError& e) {
            CHECK_THAT(std::string(e.what()), contains(part));
            CHECK_THAT(std::string(e.what()), contains("in layer '"));
        }
    }
    nn::Conv2D conv(4, 3);
    conv(x);
    REQUIRE_THROWS_AS(conv(zeros({2, 5, 5, 2})), ShapeError);
}
