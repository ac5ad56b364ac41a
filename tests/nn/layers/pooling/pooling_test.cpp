// Pooling layers: check_layer, values, shapes. The golden cases compare their values with Keras's.
#include <optional>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::numbers;
using shikumi_test::shape_of;

TEST_CASE("braces mean the same in pooling and convolution layers", "[nn]") {
    const Tensor x = ones({1, 6, 6, 1});
    const Shape wanted{1, 3, 5, 1};
    CHECK(nn::Conv2D(1, 2, {.strides = {2, 1}})(x).shape() == wanted);
    CHECK(nn::MaxPooling2D(2, {.strides = {2, 1}})(x).shape() == wanted);
    CHECK(nn::AveragePooling2D({2, 2}, {.strides = {2, 1}})(x).shape() == wanted);
    CHECK(nn::MaxPooling2D(2)(x).shape() == Shape{1, 3, 3, 1});
    CHECK(nn::MaxPooling2D(2, {.strides = std::nullopt})(x).shape() == Shape{1, 3, 3, 1});
    CHECK(nn::Conv2DTranspose(1, 2, {.strides = {2, 2}, .output_padding = {1, 0}})(x).shape() ==
          Shape{1, 13, 12, 1});
}

TEST_CASE("check_layer passes the pooling layers", "[nn]") {
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
    nn::check_layer(nn::GlobalMaxPooling3D(), {2, 2, 4, 3, 2});
    nn::check_layer(nn::GlobalAveragePooling3D(), {2, 2, 4, 3, 2});
    nn::check_layer(nn::AdaptiveMaxPooling1D(3), {2, 5, 2});
    nn::check_layer(nn::AdaptiveMaxPooling2D({2, 3}), {2, 5, 4, 2});
    nn::check_layer(nn::AdaptiveMaxPooling3D(2), {2, 2, 4, 3, 1});
    nn::check_layer(nn::AdaptiveAveragePooling1D(2), {2, 4, 3});
    nn::check_layer(nn::AdaptiveAveragePooling2D({3, 1}), {2, 5, 4, 2});
    nn::check_layer(nn::AdaptiveAveragePooling3D({1, 2, 2}), {2, 2, 4, 3, 1});
}

TEST_CASE("adaptive pooling", "[nn]") {
    const Tensor x = reshape(tensor({1, 2, 3, 4, 5, 6, 7}), {1, 7, 1});
    using Numbers = std::vector<double>;
    // 7 elements into 3: 0 to 2, 2 to 4, 4 to 6.
    CHECK(numbers(nn::AdaptiveAveragePooling1D(3)(x)) == Numbers{2, 4, 6});
    CHECK(numbers(nn::AdaptiveMaxPooling1D(3)(x)) == Numbers{3, 5, 7});
    CHECK(numbers(nn::AdaptiveMaxPooling1D(2)(x)) == Numbers{4, 7});
    CHECK(numbers(nn::AdaptiveAveragePooling1D(7)(x)) == numbers(x));
    CHECK(shape_of(nn::AdaptiveMaxPooling2D(7), {2, 10, 14, 3}) == Shape{2, 7, 7, 3});
    CHECK(nn::AdaptiveMaxPooling2D({2, 3}).label() == "AdaptiveMaxPooling2D 2×3");
    REQUIRE_THROWS_AS(nn::AdaptiveMaxPooling1D(0), ValueError);
    REQUIRE_THROWS_AS(nn::AdaptiveMaxPooling2D(2)(x), ShapeError);
    REQUIRE_THROWS_AS(nn::AdaptiveMaxPooling1D(2)(zeros({1, 0, 2})), ShapeError);
}

TEST_CASE("shapes that pooling gives", "[nn]") {
    const Shape image{2, 7, 10, 3};
    CHECK(shape_of(nn::MaxPooling2D(), image) == Shape{2, 3, 5, 3});
    CHECK(shape_of(nn::MaxPooling2D(2, {.padding = Padding::same}), image) == Shape{2, 4, 5, 3});
    CHECK(shape_of(nn::AveragePooling2D({2, 3}, {.strides = 1}), image) == Shape{2, 6, 8, 3});
    CHECK(shape_of(nn::GlobalMaxPooling2D(), image) == Shape{2, 3});
    CHECK(shape_of(nn::GlobalAveragePooling2D({.keepdims = true}), image) == Shape{2, 1, 1, 3});
}

TEST_CASE("pooling layers describe their configuration", "[nn]") {
    CHECK(nn::MaxPooling2D(2, {.strides = 1}).label() == "MaxPooling2D 2×2, strides 1×1");
}
