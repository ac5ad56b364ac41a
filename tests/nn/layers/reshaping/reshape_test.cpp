// Flatten and Reshape.
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::numbers;

TEST_CASE("Flatten and Reshape", "[nn]") {
    const Tensor x = reshape(arange(24).cast(f32), Shape{2, 3, 4});
    CHECK(nn::Flatten()(x).shape() == Shape{2, 12});
    CHECK(numbers(nn::Flatten()(x)) == numbers(x));
    CHECK(nn::Flatten()(ones({5})).shape() == Shape{5, 1});
    CHECK(nn::Reshape({2, -1})(x).shape() == Shape{2, 2, 6});
    CHECK(nn::Reshape({6, 2})(x).shape() == Shape{2, 6, 2});
    CHECK(nn::Reshape({6, 2}).label() == "Reshape (6, 2)");
    REQUIRE_THROWS_AS(nn::Reshape({5, 2})(x), ShapeError);
    REQUIRE_THROWS_AS(nn::Reshape({-1, -1}), ValueError);
    REQUIRE_THROWS_AS(nn::Reshape({-2}), ValueError);
}

TEST_CASE("Permute reorders the axes of each sample", "[nn]") {
    CHECK(nn::Permute({2, 1})(ones({5, 2, 3})).shape() == Shape{5, 3, 2});
    REQUIRE_THROWS_AS(nn::Permute({1, 3}), ValueError);
}
