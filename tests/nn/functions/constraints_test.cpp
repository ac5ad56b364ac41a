// Constraints.
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;

namespace {

const Tensor kernel = tensor({{3, -0.3}, {-4, 0.4}}, f64);

}  // namespace

TEST_CASE("constraints scale columns and cut signs", "[nn]") {
    check_values(nn::MaxNorm(1)(kernel), {0.6, -0.3, -0.8, 0.4});
    check_values(nn::MaxNorm(1, 1)(tensor({{3, 4}, {0.3, 0.4}}, f64)), {0.6, 0.8, 0.3, 0.4});
    check_values(nn::NonNeg()(kernel), {3, 0, 0, 0.4});
    check_values(nn::UnitNorm()(kernel), {0.6, -0.6, -0.8, 0.8});
    check_values(nn::MinMaxNorm({.min_value = 1, .max_value = 2})(kernel), {1.2, -0.6, -1.6, 0.8});
    check_values(nn::MinMaxNorm({.min_value = 1, .max_value = 2, .rate = 0.5})(kernel),
                 {2.1, -0.45, -2.8, 0.6});
    check_values(nn::UnitNorm()(zeros({2, 1}, f64)), {0, 0});
    CHECK_FALSE(nn::Constraint());
    REQUIRE_THROWS_AS(nn::MaxNorm(-1), ValueError);
    REQUIRE_THROWS_AS(nn::MinMaxNorm({.min_value = 2}), ValueError);
    REQUIRE_THROWS_AS(nn::MinMaxNorm({.rate = 2}), ValueError);
}

TEST_CASE("constraints take lengths whose squares overflow", "[nn]") {
    for (const double scale : {1e18, 1e20, 1e30, 6e37}) {
        INFO(scale);
        const Tensor w = tensor({{3 * scale}, {-4 * scale}});
        check_values(nn::MaxNorm(1)(w), {0.6, -0.8});
        check_values(nn::UnitNorm()(w), {0.6, -0.8});
        check_values(nn::MinMaxNorm({.min_value = 1, .max_value = 2})(w), {1.2, -1.6});
    }
    const Tensor short_one = tensor({{3e-25}, {-4e-25}});
    check_values(nn::MaxNorm(1)(short_one), {0, 0});
    CHECK(nn::MaxNorm(1e30)(tensor({{3e20}, {-4e20}})).to_vector<double>()[0] == Approx(3e20));
}
