// Resizing and CenterCrop.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;
using shikumi_test::shape_of;

TEST_CASE("check_layer passes Resizing and CenterCrop", "[nn]") {
    for (const Interpolation how :
         {Interpolation::nearest, Interpolation::bilinear, Interpolation::bicubic,
          Interpolation::area, Interpolation::lanczos3, Interpolation::lanczos5}) {
        nn::check_layer(nn::Resizing(3, 2, {.interpolation = how}), {2, 2, 4, 2});
        nn::check_layer(nn::UpSampling2D(2, {.interpolation = how}), {2, 2, 2, 1});
    }
    nn::check_layer(nn::Resizing(2, 2, {.antialias = true}), {2, 5, 4, 1});
    nn::check_layer(nn::Resizing(2, 2, {.aspect_ratio = nn::AspectRatio::pad}), {2, 5, 4, 1});
    nn::check_layer(nn::CenterCrop(2, 3), {2, 4, 4, 1});
    nn::check_layer(nn::CenterCrop(3, 3), {2, 2, 4, 1});
}

TEST_CASE("Resizing fills the new size or keeps the sides' ratio", "[nn]") {
    const Tensor x = reshape(arange(0, 8, 1, f32), {1, 2, 4, 1});
    CHECK(shape_of(nn::Resizing(3, 5), {2, 7, 4, 3}) == Shape{2, 3, 5, 3});
    check_values(nn::Resizing(1, 1, {.interpolation = Interpolation::area})(x), {3.5});
    check_values(nn::Resizing(2, 2, {.aspect_ratio = nn::AspectRatio::crop})(x), {1, 2, 5, 6});
    check_values(nn::Resizing(4, 4, {.aspect_ratio = nn::AspectRatio::pad, .fill_value = 9})(x),
                 {9, 9, 9, 9, 0, 1, 2, 3, 4, 5, 6, 7, 9, 9, 9, 9});
    check_values(nn::Resizing(1, 2, {.antialias = true})(x), {2.6, 4.4}, 0.2);
    // Bytes become real numbers.
    CHECK(nn::Resizing(2, 2)(zeros({1, 3, 3, 1}, u8)).dtype() == f32);
    // A constant stays one.
    for (const Interpolation how : {Interpolation::bicubic, Interpolation::lanczos5})
        check_values(nn::Resizing(3, 3, {.interpolation = how})(ones({1, 2, 5, 1})),
                     std::vector<double>(9, 1));
}

TEST_CASE("CenterCrop takes the middle", "[nn]") {
    const Tensor x = reshape(arange(0, 12, 1, f32), {1, 3, 4, 1});
    check_values(nn::CenterCrop(1, 2)(x), {5, 6});
    check_values(nn::CenterCrop(2, 3)(x), {0, 1, 2, 4, 5, 6});
    CHECK(shape_of(nn::CenterCrop(6, 6), {2, 3, 4, 1}) == Shape{2, 6, 6, 1});
}

TEST_CASE("Resizing and CenterCrop refuse what is no picture", "[nn]") {
    REQUIRE_THROWS_AS(nn::Resizing(0, 2), ValueError);
    REQUIRE_THROWS_AS(nn::CenterCrop(2, -1), ValueError);
    REQUIRE_THROWS_AS(nn::Resizing(2, 2)(ones({2, 3, 3})), ShapeError);
    REQUIRE_THROWS_AS(nn::CenterCrop(2, 2)(ones({2, 3})), ShapeError);
    nn::RandomZoom zoom(0.2, {}, {.interpolation = Interpolation::bicubic});
    REQUIRE_THROWS_AS(zoom(ones({1, 3, 3, 1}), nn::Mode::train), ValueError);
}
