// Penalties on outputs.
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::Mode;

TEST_CASE("outputs can be penalised", "[nn]") {
    const Tensor x = tensor({{1, -2}, {3, 0}});
    const auto penalty = [&](nn::Layer&& layer) {
        const nn::CallContext context;
        layer(x, Mode::train);
        REQUIRE(context.losses().size() == 1);
        return context.losses()[0].item<double>();
    };
    CHECK(penalty(nn::ActivityRegularization({.l1 = 0.5, .l2 = 0.25})) == Approx((3 + 3.5) / 2));
    CHECK(penalty(nn::Dense(1, {.activation = nn::linear,
                                .kernel_initializer = nn::ones_init(),
                                .activity_regularizer = nn::L2(0.1)})) == Approx(0.5));
    nn::check_layer(nn::ActivityRegularization({.l2 = 0.1}), {2, 3});
    REQUIRE_THROWS_AS(nn::ActivityRegularization({.l1 = -1}), ValueError);
}
