// Layers that disturb: moments over many numbers, and nothing outside training.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;

namespace {

template <class L>
void check_moments(L layer, double input_mean, double expected_mean, double expected_variance) {
    INFO(layer.label());
    nn::check_layer(L(layer), {3, 4});
    Generator rng(5);
    const Tensor x = random_normal({400, 250}, rng, input_mean, 1, f64);
    CHECK(layer(x).template to_vector<double>() == x.to_vector<double>());
    const Tensor y = layer(x, Mode::train);
    CHECK(mean(y).item<double>() == Approx(expected_mean).margin(0.02));
    CHECK(var(y).item<double>() == Approx(expected_variance).epsilon(0.03));
    CHECK(y.template to_vector<double>() != layer(x, Mode::train).template to_vector<double>());
}

}  // namespace

TEST_CASE("noise has the promised spread", "[nn]") {
    check_moments(nn::GaussianNoise(0.5), 3, 3, 1.25);
    // Var(x ε) = E x² (1 + rate/(1 − rate)) − (E x)².
    check_moments(nn::GaussianDropout(0.2), 1, 1, 2 * 1.25 - 1);
    check_moments(nn::AlphaDropout(0.3), 0, 0, 1);
}

TEST_CASE("noise of strength 0 and strengths out of range", "[nn]") {
    const Tensor x = ones({2, 3});
    CHECK(nn::GaussianNoise(0)(x, Mode::train).to_vector<float>() == x.to_vector<float>());
    CHECK(nn::AlphaDropout(0)(x, Mode::train).to_vector<float>() == x.to_vector<float>());
    REQUIRE_THROWS_AS(nn::GaussianNoise(-1), ValueError);
    REQUIRE_THROWS_AS(nn::GaussianDropout(1), ValueError);
    REQUIRE_THROWS_AS(nn::AlphaDropout(-0.1), ValueError);
}
