// Regularisers.
#include <cmath>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace {

const Tensor weights = tensor({{3, -0.3}, {-4, 0.4}}, f64);

}  // namespace

TEST_CASE("regularisers add up their penalties", "[nn]") {
    CHECK(nn::L1()(weights).item<double>() == Approx(0.077));
    CHECK(nn::L2(0.1)(weights).item<double>() == Approx(2.525));
    CHECK(nn::L1L2(0.01, 0.1)(weights).item<double>() == Approx(2.602));
    CHECK(nn::L1L2()(weights).item<double>() == 0);
    CHECK(nn::L2().name() == "L2(0.01)");
    CHECK_FALSE(nn::Regularizer());
    CHECK(nn::Regularizer([](const Tensor& w) { return sum(w); }).name() == "custom");
    REQUIRE_THROWS_AS(nn::L1(-1), ValueError);
    REQUIRE_THROWS_AS(nn::L1L2(0, -1), ValueError);
}

TEST_CASE("the orthogonal regulariser averages the cosines of all pairs", "[nn]") {
    const Tensor w = tensor({{1, 0}, {0, 2}, {3, 3}}, f64);
    CHECK(nn::OrthogonalRegularizer(0.3)(w).item<double>() == Approx(0.2 * std::sqrt(0.5)));
    const nn::Regularizer columns = nn::OrthogonalRegularizer(1, {.columns = true});
    CHECK(columns(w).item<double>() == Approx(9 / std::sqrt(10.0 * 13)));
    CHECK(nn::OrthogonalRegularizer()(eye(4)).item<double>() == 0);
    check_gradients([&](const Tensor& x) { return columns(x); }, w);
    REQUIRE_THROWS_AS(columns(zeros({3})), ShapeError);
    REQUIRE_THROWS_AS(columns(zeros({3, 1})), ValueError);
}
