// Activations as layers.
#include <cmath>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;
using shikumi_test::contains;
using shikumi_test::numbers;

namespace {

const Tensor line = tensor({{-2, -0.5, 0.5, 2, 7}}, f64);

}  // namespace

TEST_CASE("Activation applies any function", "[nn]") {
    CHECK(numbers(nn::Activation(nn::relu)(tensor({{-1, 2}}))) == std::vector{0.0, 2.0});
    CHECK(nn::Activation(nn::relu).label() == "Activation relu");
    CHECK(numbers(nn::Activation([](const Tensor& t) { return t * 3; })(tensor({{1}}))) ==
          std::vector{3.0});
}

TEST_CASE("ReLU with all its arguments", "[nn]") {
    check_values(nn::ReLU()(line), {0, 0, 0.5, 2, 7});
    check_values(nn::ReLU({.max_value = 6})(line), {0, 0, 0.5, 2, 6});
    check_values(nn::ReLU({.negative_slope = 0.1})(line), {-0.2, -0.05, 0.5, 2, 7});
    check_values(nn::ReLU({.max_value = 3, .negative_slope = 0.1, .threshold = 1})(line),
                 {-0.3, -0.15, -0.05, 2, 3});
    REQUIRE_THROWS_AS(nn::ReLU({.max_value = -1}), ValueError);
    REQUIRE_THROWS_AS(nn::ReLU({.threshold = -1}), ValueError);
    nn::check_layer(nn::ReLU({.max_value = 1.2, .negative_slope = 0.3, .threshold = 0.4}), {3, 4});
}

TEST_CASE("ReLU's kinks are Keras's", "[nn]") {
    const Tensor x = tensor({{-1., 0.5, 4., 5.}}, f64);
    const auto slopes = [&](nn::Layer&& layer) { return numbers(grad(sum(layer(x)), {x})[0]); };
    nn::ReLU all({.max_value = 4, .negative_slope = 0.1, .threshold = 0.5});
    check_values(all(x), {-0.15, 0, 4, 4});
    CHECK(slopes(nn::ReLU({.max_value = 4, .negative_slope = 0.1, .threshold = 0.5})) ==
          std::vector{0.1, 0.0, 1.0, 0.0});
    const Tensor six = tensor({{0., 6.}}, f64);
    CHECK(numbers(grad(sum(nn::ReLU({.max_value = 6})(six)), {six})[0]) == std::vector{0.0, 0.0});
}

TEST_CASE("LeakyReLU, ELU and Softmax", "[nn]") {
    check_values(nn::LeakyReLU()(line), {-0.6, -0.15, 0.5, 2, 7});
    CHECK(nn::ELU(2)(line).to_vector<double>()[0] == Approx(2 * (std::exp(-2) - 1)));
    check_values(sum(nn::Softmax(1)(reshape(arange(0, 12, 1, f64), {2, 3, 2})), 1), {1, 1, 1, 1});
    nn::check_layer(nn::LeakyReLU(), {3, 4});
    nn::check_layer(nn::ELU(0.7), {3, 4});
    nn::check_layer(nn::Softmax(), {3, 4});
    nn::check_layer(nn::Softmax(1), {3, 4, 2});
    // e/(1 + e) and its rest; nothing of what is hidden, and zeros where everything is.
    check_values(
        nn::Softmax()({tensor({{1, 9, 0}, {1, 2, 3}}, f64), tensor({{1, 0, 1}, {0, 0, 0}}, bool_)})
            .front(),
        {0.7310585786300049, 0, 0.2689414213699951, 0, 0, 0});
    REQUIRE_THROWS_AS(nn::Softmax()({zeros({2, 3}), zeros({2, 2}, bool_)}), ShapeError);
    REQUIRE_THROWS_AS(nn::Softmax()({zeros({2, 3}), zeros({2, 3})}), ShapeError);
    REQUIRE_THROWS_AS(nn::LeakyReLU(-1), ValueError);
    nn::Softmax over_batch(0);
    REQUIRE_THROWS_WITH(over_batch(line), contains("batch"));
}

TEST_CASE("PReLU learns a slope for each element, or for shared axes", "[nn]") {
    nn::PReLU prelu({.alpha_initializer = nn::constant(0.25), .dtype = f64});
    check_values(prelu(line), {-0.5, -0.125, 0.5, 2, 7});
    CHECK(prelu.weights().front().shape() == Shape{5});

    nn::PReLU shared({.shared_axes = {1, 2}});
    shared(zeros({2, 4, 5, 3}));
    CHECK(shared.weights().front().shape() == Shape{1, 1, 3});
    nn::check_layer(nn::PReLU(), {3, 4});
    nn::check_layer(nn::PReLU({.shared_axes = {1}}), {2, 3, 2});
    nn::PReLU wrong({.shared_axes = {3}});
    REQUIRE_THROWS_WITH(wrong(zeros({2, 3})), contains("axis 3") && contains("(2, 3)"));
}
