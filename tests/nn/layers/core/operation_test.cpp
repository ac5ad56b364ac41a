// Functions of tensors as layers.
#include <shikumi/nn/nn.hpp>

#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;

namespace {

using Numbers = std::vector<std::optional<double>>;

Tensor of_two(const std::string& function, const Tensor& a, const Tensor& b) {
    nn::Operation layer(function, {std::nullopt, std::nullopt});
    return layer(std::vector{a, b}).front();
}

}  // namespace

TEST_CASE("operations are layers like others", "[nn][layers]") {
    for (const char* const function : {"negative", "exp", "square", "sigmoid", "tanh"})
        nn::check_layer(nn::Operation(function), {2, 3});
    nn::check_layer(nn::Operation("add", {std::nullopt, 2}), {2, 3});
    nn::check_layer(nn::Operation("subtract", {1, std::nullopt}), {2, 3});
    nn::check_layer(nn::Operation("divide", {std::nullopt, 4}), {2, 3});
    nn::check_layer(nn::Operation("power", {std::nullopt, 3}), {2, 3});
}

TEST_CASE("operations compute what their names say", "[nn][layers]") {
    const Tensor a = tensor({{1.0, -2.0, 4.0}}), b = tensor({{1.0, 3.0, -0.5}});
    check_values(of_two("add", a, b), {2, 1, 3.5});
    check_values(of_two("subtract", a, b), {0, -5, 4.5});
    check_values(of_two("multiply", a, b), {1, -6, -2});
    check_values(of_two("divide", a, b), {1, -2.0 / 3, -8});
    check_values(of_two("maximum", a, b), {1, 3, 4});
    check_values(of_two("minimum", a, b), {1, -2, -0.5});
    check_values(of_two("equal", a, b), {1, 0, 0});
    check_values(of_two("not_equal", a, b), {0, 1, 1});
    check_values(of_two("greater", a, b), {0, 0, 1});
    check_values(of_two("greater_equal", a, b), {1, 0, 1});
    check_values(of_two("less", a, b), {0, 1, 0});
    check_values(of_two("less_equal", a, b), {1, 1, 0});
    check_values(of_two("logical_and", a > 0, b > 0), {1, 0, 0});
    check_values(of_two("logical_or", a > 0, b > 0), {1, 1, 1});
    check_values(nn::Operation("logical_not")(a > 0), {0, 1, 0});
    check_values(nn::Operation("absolute")(a), {1, 2, 4});
    check_values(nn::Operation("log")(tensor({{1.0}})), {0});
    check_values(nn::Operation("sqrt")(tensor({{4.0}})), {2});
    check_values(nn::Operation("relu")(a), {1, 0, 4});
    check_values(nn::Operation("power", {2, std::nullopt})(a), {2, 0.25, 16});
    const Tensor ids = nn::Operation("not_equal", {std::nullopt, 0})(tensor({{0, 3}}, i32));
    CHECK(ids.dtype() == bool_);
    check_values(ids, {0, 1});
}

TEST_CASE("operations that can't be are refused by name", "[nn][layers]") {
    CHECK_THROWS_WITH(nn::Operation("ad"), shikumi_test::contains("there is no 'ad'"));
    CHECK_THROWS_AS(nn::Operation("add"), ValueError);
    CHECK_THROWS_AS(nn::Operation("add", Numbers{1, 2}), ValueError);
    CHECK_THROWS_AS(nn::Operation("add", {std::nullopt, std::nullopt})(ones({2, 3})), ShapeError);
    CHECK_THROWS_AS(of_two("add", ones({2, 3}), ones({2, 4})), ShapeError);
}
