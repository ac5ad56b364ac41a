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
