// The arithmetic of dropout.
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/detail/drop.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::numbers;

TEST_CASE("a dropout mask holds 0 and 1/(1 - rate), with mean 1", "[nn]") {
    Generator rng(4);
    const Tensor mask = nn::detail::drop_mask({100, 200}, 0.75, rng, f64);
    double sum = 0;
    for (const double v : numbers(mask)) {
        REQUIRE((v == 0 || v == 4));
        sum += v;
    }
    CHECK(sum / 20000 == Approx(1).margin(0.05));
    CHECK(numbers(nn::detail::drop_mask({2}, 1, rng, f32)) == std::vector<double>{0, 0});
}

TEST_CASE("dropped elements share their choice along broadcast axes", "[nn]") {
    Generator rng(4), same(4);
    const Tensor x = ones({50, 3}, f64);
    const Tensor y = nn::detail::drop(x, {50, 1}, 0.5, rng);
    CHECK(numbers(y) == numbers(x * nn::detail::drop_mask({50, 1}, 0.5, same, f64)));
    CHECK(numbers(max(y, 1)) == numbers(min(y, 1)));
    CHECK(numbers(nn::detail::drop(x, {50, 3}, 1, rng)) == std::vector<double>(150));
}
