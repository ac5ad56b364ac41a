// EinsumDense: shapes of kernel and bias, values, equations that don't fit.
#include <optional>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::weights_of;

TEST_CASE("check_layer passes EinsumDense", "[nn]") {
    nn::check_layer(nn::EinsumDense("ab,bc->ac", {3}, {.bias_axes = "c"}), {2, 4});
    nn::check_layer(nn::EinsumDense("abc,cde->abde", {std::nullopt, 2, 3},
                                    {.bias_axes = "de", .activation = nn::tanh}),
                    {2, 3, 4});
    nn::check_layer(nn::EinsumDense("...x,xy->...y", {3}), {2, 2, 3});
    nn::check_layer(nn::EinsumDense("ab...,bc->ac...", {3}, {.bias_axes = "c"}), {2, 4, 2});
}

TEST_CASE("EinsumDense's weights have the axes of its equation", "[nn]") {
    using nn::EinsumDense;
    CHECK(weights_of(EinsumDense("ab,bc->ac", {3}, {.bias_axes = "c"}), {2, 4}) ==
          "kernel (4, 3), bias (3,)");
    CHECK(weights_of(EinsumDense("abc,cde->abde", {std::nullopt, 2, 3}, {.bias_axes = "de"}),
                     {2, 5, 4}) == "kernel (4, 2, 3), bias (2, 3)");
    CHECK(weights_of(EinsumDense("abc,bd->adc", {3, std::nullopt}, {.bias_axes = "d"}),
                     {2, 4, 5}) == "kernel (4, 3), bias (3, 1)");
    CHECK(weights_of(EinsumDense("ab...,bc->ac...", {3}, {.bias_axes = "c"}), {2, 4, 5, 6}) ==
          "kernel (4, 3), bias (3, 1, 1)");
}

TEST_CASE("EinsumDense computes what Dense does", "[nn]") {
    Generator rng(1);
    const Tensor x = random_normal({2, 3, 4}, rng, 0, 1, f64);
    nn::Dense dense(5, {.dtype = f64});
    nn::EinsumDense einsum("abc,cd->abd", {std::nullopt, 5}, {.bias_axes = "d", .dtype = f64});
    dense(x);
    einsum(x);
    for (std::size_t i = 0; i < 2; ++i)
        Parameter(einsum.weights()[i]).assign(dense.weights()[i].value());
    CHECK(max(abs(einsum(x) - dense(x))).item<double>() < 1e-12);
}

TEST_CASE("EinsumDense refuses equations and inputs that don't fit", "[nn]") {
    using nn::EinsumDense;
    REQUIRE_THROWS_AS(EinsumDense("ab->a", {3}), ValueError);
    REQUIRE_THROWS_AS(EinsumDense("ab,bc", {3}), ValueError);
    REQUIRE_THROWS_AS(EinsumDense("ab,bc->ad", {3}), ValueError);
    REQUIRE_THROWS_AS(EinsumDense("a...b,bc->a...c", {3}), ValueError);
    REQUIRE_THROWS_AS(EinsumDense("ab,bc->ac", {0}), ValueError);
    REQUIRE_THROWS_WITH(EinsumDense("ab,bc->ac", {3}, {.bias_axes = "x"}), contains("no axis x"));
    REQUIRE_THROWS_AS(EinsumDense("ab,bc->ac", {3})(ones({2, 3, 4})), ShapeError);
    REQUIRE_THROWS_AS(EinsumDense("ab,bc->ac", {3, 4})(ones({2, 3})), ShapeError);
    REQUIRE_THROWS_WITH(EinsumDense("abc,cd->abd", {7, 3})(ones({2, 3, 4})),
                        contains("axis b") && contains("7") && contains("3"));
    REQUIRE_THROWS_WITH(EinsumDense("ab,bc->ac", {std::nullopt})(ones({2, 3})), contains("axis c"));
    EinsumDense built("ab,bc->ac", {3});
    built(ones({2, 4}));
    REQUIRE_THROWS_AS(built(ones({2, 5})), ShapeError);
}
