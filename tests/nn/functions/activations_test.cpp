// Compares activations with formulas.
#include <cmath>
#include <map>
#include <string>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;
using shikumi_test::contains;

TEST_CASE("activations are found by Keras's names", "[nn]") {
    const double x = -0.8, sigmoid = 1 / (1 + std::exp(-x));
    const std::map<std::string, double> expected{
        {"linear", x},
        {"relu", 0},
        {"relu6", 0},
        {"leaky_relu", 0.2 * x},
        {"elu", std::expm1(x)},
        {"selu", 1.0507009873554805 * 1.6732632423543772 * std::expm1(x)},
        {"gelu", x / 2 * (1 + std::erf(x / std::sqrt(2)))},
        {"gelu_tanh",
         x / 2 * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)))},
        {"silu", x * sigmoid},
        {"swish", x * sigmoid},
        {"mish", x * std::tanh(std::log1p(std::exp(x)))},
        {"sigmoid", sigmoid},
        {"hard_sigmoid", 0.2 * x + 0.5},
        {"tanh", std::tanh(x)},
        {"softplus", std::log1p(std::exp(x))},
        {"softsign", x / (1 + std::abs(x))},
        {"exponential", std::exp(x)},
        {"softmax", 1},
    };
    for (const auto& [name, value] : expected) {
        INFO(name);
        CHECK(nn::activation(name).name() == name);
        CHECK(nn::activation(name)(tensor({x}, f64)).item<double>() == Approx(value).epsilon(1e-9));
    }
    REQUIRE_THROWS_AS(nn::activation("rellu"), ValueError);
    REQUIRE_THROWS_WITH(nn::activation("rellu"), contains("'rellu'") && contains("leaky_relu"));
}

TEST_CASE("any function can be an activation", "[nn]") {
    const double slope = 0.3;
    const nn::ActivationFunction own([=](const Tensor& x) { return leaky_relu(x, slope); });
    CHECK(own.name() == "custom");
    check_values(own(tensor({-1, 1})), {-0.3, 1});
    CHECK(nn::ActivationFunction(nn::tanh).name() == "tanh");
}
