// Metrics.
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;

TEST_CASE("accuracy is chosen by the shapes", "[nn]") {
    const Tensor three = tensor({{0.1, 0.7, 0.2}, {0.6, 0.3, 0.1}});
    check_values(nn::accuracy(tensor({{0, 1, 0}, {0, 1, 0}}), three), {1, 0});
    check_values(nn::accuracy(tensor({1, 1}).cast(i64), three), {1, 0});
    check_values(nn::accuracy(tensor({{1}, {1}}).cast(i64), three), {1, 0});
    check_values(nn::accuracy(tensor({{1}, {1}, {0}}), tensor({{0.9}, {0.4}, {0.5}})), {1, 0, 1});
    check_values(nn::accuracy(tensor({1, 1, 0}), tensor({{0.9}, {0.4}, {0.5}})), {1, 0, 1});
    CHECK(nn::accuracy(tensor({{1}}, f64), tensor({{0.9}}, f64)).dtype() == f64);
    REQUIRE_THROWS_AS(nn::accuracy(tensor({{0, 1}, {0, 1}}), three), Error);
}
