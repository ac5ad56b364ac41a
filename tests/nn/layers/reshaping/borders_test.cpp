// ZeroPadding, Cropping and UpSampling: check_layer, values, shapes.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::numbers;
using shikumi_test::shape_of;

TEST_CASE("check_layer passes the padding, cropping and up-sampling layers", "[nn]") {
    nn::check_layer(nn::ZeroPadding2D({{1, 2}, {0, 3}}), {2, 3, 2, 2});
    nn::check_layer(nn::Cropping2D({{1, 2}, {0, 1}}), {2, 5, 3, 2});
    nn::check_layer(nn::UpSampling2D({2, 3}), {2, 3, 2, 2});
    nn::check_layer(nn::UpSampling2D(2, {.interpolation = Interpolation::bilinear}), {2, 3, 2, 2});
    nn::check_layer(nn::ZeroPadding1D({1, 2}), {2, 3, 2});
    nn::check_layer(nn::ZeroPadding3D({1, 0, 2}), {2, 1, 2, 3, 1});
    nn::check_layer(nn::Cropping1D({0, 2}), {2, 4, 3});
    nn::check_layer(nn::Cropping3D({{0, 1}, {1, 0}, {1, 1}}), {2, 2, 3, 3, 1});
    nn::check_layer(nn::UpSampling1D(3), {2, 3, 2});
    nn::check_layer(nn::UpSampling3D({1, 2, 3}), {2, 2, 2, 2, 1});
}

TEST_CASE("padding, cropping and repeating along one axis", "[nn]") {
    const Tensor x = reshape(tensor({1, 2, 3, 4, 5, 6, 7}), {1, 7, 1});
    using Numbers = std::vector<double>;
    const Tensor y = slice(x, 1, {0, 3});
    CHECK(numbers(nn::ZeroPadding1D({1, 2})(y)) == Numbers{0, 1, 2, 3, 0, 0});
    CHECK(numbers(nn::Cropping1D({1, 3})(x)) == Numbers{2, 3, 4});
    CHECK(numbers(nn::UpSampling1D(2)(y)) == Numbers{1, 1, 2, 2, 3, 3});
    CHECK(shape_of(nn::ZeroPadding3D(2), {1, 2, 3, 4, 1}) == Shape{1, 6, 7, 8, 1});
    CHECK(shape_of(nn::Cropping3D(), {1, 4, 4, 5, 1}) == Shape{1, 2, 2, 3, 1});
    CHECK(shape_of(nn::UpSampling3D(), {1, 4, 4, 5, 1}) == Shape{1, 8, 8, 10, 1});
    REQUIRE_THROWS_AS(nn::ZeroPadding3D({1, 2}), ShapeError);
    REQUIRE_THROWS_AS(nn::ZeroPadding1D({1, -2}), ValueError);
}

TEST_CASE("shapes that padding, cropping and repeating give", "[nn]") {
    const Shape image{2, 7, 10, 3};
    CHECK(shape_of(nn::ZeroPadding2D({1, 2}), image) == Shape{2, 9, 14, 3});
    CHECK(shape_of(nn::Cropping2D(2), image) == Shape{2, 3, 6, 3});
    CHECK(shape_of(nn::UpSampling2D({2, 3}), image) == Shape{2, 14, 30, 3});
}

TEST_CASE("padding, cropping and up-sampling layers describe their configuration", "[nn]") {
    CHECK(nn::ZeroPadding2D({{1, 2}, {0, 3}}).label() == "ZeroPadding2D ((1, 2), (0, 3))");
}
