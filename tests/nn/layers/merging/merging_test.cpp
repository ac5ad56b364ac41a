// Layers that merge several inputs into one output.
#include <cmath>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::numbers;

// An axis is an integer: a bool or a real number would be another argument.
static_assert(std::is_constructible_v<nn::Concatenate, int>);
static_assert(!std::is_constructible_v<nn::Concatenate, bool>);
static_assert(!std::is_constructible_v<nn::Dot, bool> && !std::is_constructible_v<nn::Dot, double>);
static_assert(!std::is_constructible_v<nn::Dot, int, bool>);
static_assert(!std::is_constructible_v<nn::Softmax, bool>);
static_assert(!std::is_constructible_v<nn::MaxPooling2D, bool>);

TEST_CASE("merge layers", "[nn]") {
    const Tensor a = tensor({{1, 2}, {3, 4}}), b = tensor({{4, 3}, {2, 1}});
    const auto merged = [&](nn::Layer&& layer) {
        return numbers(layer(std::vector{a, b}).front());
    };
    CHECK(merged(nn::Add()) == std::vector<double>{5, 5, 5, 5});
    CHECK(merged(nn::Subtract()) == std::vector<double>{-3, -1, 1, 3});
    CHECK(merged(nn::Multiply()) == std::vector<double>{4, 6, 6, 4});
    CHECK(merged(nn::Average()) == std::vector<double>{2.5, 2.5, 2.5, 2.5});
    CHECK(merged(nn::Maximum()) == std::vector<double>{4, 3, 3, 4});
    CHECK(merged(nn::Minimum()) == std::vector<double>{1, 2, 2, 1});
    CHECK(merged(nn::Concatenate()) == std::vector<double>{1, 2, 4, 3, 3, 4, 2, 1});
    CHECK(merged(nn::Dot(1)) == std::vector<double>{10, 10});
    CHECK(merged(nn::Dot(1, {.normalize = true}))[0] == Approx(10 / std::sqrt(125.0)));
    CHECK(nn::Dot(2, 1)(std::vector{ones({2, 3, 4}), ones({2, 4, 5})})[0].shape() ==
          Shape{2, 3, 5});
    CHECK(nn::Dot(2, 1)(std::vector{ones({2, 3, 4}), ones({2, 4})})[0].shape() == Shape{2, 3});
    CHECK(nn::Dot(1, 1)(std::vector{ones({2, 4}), ones({2, 4, 5})})[0].shape() == Shape{2, 5});
    REQUIRE_THROWS_AS(nn::Add()(a), ShapeError);
    REQUIRE_THROWS_AS(nn::Concatenate(0)(std::vector{a, b}), ShapeError);
    REQUIRE_THROWS_AS(nn::Subtract()(std::vector{a, b, a}), ShapeError);
}

TEST_CASE("Dot's cosines of vectors of any length", "[nn]") {
    for (const double length : {1e-30, 1e-8, 1.0, 1e20, 1e38}) {
        INFO(length);
        const Tensor a = tensor({{length, 0.0}}), b = tensor({{0.6 * length, 0.8 * length}});
        nn::Dot dot(1, 1, {.normalize = true});
        CHECK(numbers(dot(std::vector{a, b})[0])[0] == Approx(0.6));
        CHECK(numbers(dot(std::vector{a, zeros({1, 2})})[0])[0] == 0);
    }
}

TEST_CASE("of equal elements the first gets the gradient", "[nn]") {
    const Tensor a = tensor({{1, 2, 3}}, f64), b = tensor({{1, 3, 2}}, f64);
    const auto by_both = [&](nn::Layer&& layer) {
        const auto gradients = grad(sum(layer(std::vector{a, b}).front()), {a, b});
        return std::vector{numbers(gradients[0]), numbers(gradients[1])};
    };
    using Lists = std::vector<std::vector<double>>;
    CHECK(by_both(nn::Maximum()) == Lists{{1, 0, 1}, {0, 1, 0}});
    CHECK(by_both(nn::Minimum()) == Lists{{1, 1, 0}, {0, 0, 1}});
}

TEST_CASE("extremes of NaN, integers and hidden elements", "[nn]") {
    const Tensor one = tensor({{1., 1.}}), other = tensor({{std::nan(""), 0.}});
    for (const bool swapped : {false, true}) {
        const std::vector<Tensor> in{swapped ? other : one, swapped ? one : other};
        CHECK(std::isnan(numbers(nn::Maximum()(in)[0])[0]));
        CHECK(std::isnan(numbers(nn::Minimum()(in)[0])[0]));
    }
    const std::vector<Tensor> integers{tensor({{1, 5}}, i64), tensor({{2, 3}}, i64)};
    CHECK(nn::Minimum()(integers)[0].to_vector<int>() == std::vector{1, 3});
    const Tensor x = tensor({{1., 2.}}), y = tensor({{0., 5.}});
    nn::CallContext context;
    context.set_mask(y, tensor({{0, 1}}, bool_));
    CHECK(numbers(nn::Minimum()(std::vector{x, y})[0]) == std::vector<double>{1, 2});
}
