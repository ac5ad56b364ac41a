// Compares activations with formulas.
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
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
        {"celu", std::expm1(x)},
        {"hard_shrink", x},
        {"hard_sigmoid6", x / 6 + 0.5},
        {"hard_silu", x * (x / 6 + 0.5)},
        {"hard_swish", x * (x / 6 + 0.5)},
        {"hard_tanh", x},
        {"log_sigmoid", std::log(sigmoid)},
        {"log_softmax", 0},
        {"soft_shrink", x + 0.5},
        {"sparse_plus", (x + 1) * (x + 1) / 4},
        {"sparse_sigmoid", (x + 1) / 2},
        {"sparsemax", 1},
        {"squareplus", (x + std::sqrt(x * x + 4)) / 2},
        {"tanh_shrink", x - std::tanh(x)},
    };
    for (const auto& [name, value] : expected) {
        INFO(name);
        CHECK(nn::activation(name).name() == name);
        CHECK(nn::activation(name)(tensor({x}, f64)).item<double>() == Approx(value).epsilon(1e-9));
    }
    REQUIRE_THROWS_AS(nn::activation("rellu"), ValueError);
    REQUIRE_THROWS_WITH(nn::activation("rellu"), contains("'rellu'") && contains("leaky_relu"));
}

TEST_CASE("glu halves the last axis", "[nn]") {
    check_values(nn::activation("glu")(tensor({{1, 2, 0, 0}}, f64)), {0.5, 1});
}

TEST_CASE("the slopes at kinks are Keras's, or those of both sides", "[nn]") {
    using Numbers = std::vector<double>;
    const std::map<std::string, std::pair<Numbers, Numbers>> expected{
        {"relu", {{0}, {0}}},
        {"relu6", {{0, 6}, {0, 0}}},
        {"leaky_relu", {{0}, {0.2}}},
        {"elu", {{0}, {1}}},
        {"celu", {{0}, {1}}},
        {"selu", {{0}, {1.0507009873554805}}},
        {"hard_sigmoid", {{-2.5, 2.5}, {0.2, 0.2}}},
        {"hard_sigmoid6", {{-3, 3}, {0, 0}}},
        {"hard_silu", {{-3, 3}, {0, 1}}},
        {"hard_tanh", {{-1, 1}, {1, 1}}},
        {"hard_shrink", {{-0.5, 0.5}, {0, 0}}},
        {"soft_shrink", {{-0.5, 0.5}, {0, 0}}},
        {"sparse_plus", {{-1, 1}, {0, 1}}},
        {"sparse_sigmoid", {{-1, 1}, {0, 0}}},
    };
    for (const auto& [name, kinks] : expected) {
        INFO(name);
        const Tensor x = tensor(kinks.first);
        check_values(grad(sum(nn::activation(name)(x)), {x})[0], kinks.second, 1e-12);
    }
    const Tensor x = tensor(Numbers{0.5});
    check_values(grad(sum(threshold(x, 0.5, 2)), {x})[0], {0});
}

TEST_CASE("any function can be an activation", "[nn]") {
    const double slope = 0.3;
    const nn::ActivationFunction own([=](const Tensor& x) { return leaky_relu(x, slope); });
    CHECK(own.name() == "custom");
    check_values(own(tensor({-1, 1})), {-0.3, 1});
    CHECK(nn::ActivationFunction(nn::tanh).name() == "tanh");
}
