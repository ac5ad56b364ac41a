// Dropout and SpatialDropout.
#include <algorithm>
#include <limits>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;
using shikumi_test::numbers;

TEST_CASE("Dropout drops only in training, and other elements each time", "[nn]") {
    nn::Dropout dropout(0.25);
    const Tensor x = ones({100, 100});
    CHECK(numbers(dropout(x)) == numbers(x));
    const auto first = numbers(dropout(x, Mode::train)), second = numbers(dropout(x, Mode::train));
    CHECK(first != second);
    double sum = 0;
    for (const double v : first) {
        REQUIRE((v == 0 || v == Approx(1 / 0.75)));
        sum += v;
    }
    CHECK(sum / 10000 == Approx(1).margin(0.03));
    CHECK(numbers(nn::Dropout(0)(x, Mode::train)) == numbers(x));
    CHECK(dropout.label() == "Dropout 0.25");
    CHECK(numbers(nn::Dropout(1)(ones({2}), Mode::train)) == std::vector{0.0, 0.0});
    REQUIRE_THROWS_AS(nn::Dropout(1.1), ValueError);
    REQUIRE_THROWS_AS(nn::Dropout(-0.1), ValueError);
}

TEST_CASE("Dropout's noise_shape shares random numbers", "[nn]") {
    nn::Dropout dropout(0.5, {.noise_shape = {-1, 1, 3}, .name = "steps"});
    const Tensor y = dropout(ones({20, 6, 3}), Mode::train);
    CHECK(numbers(y) == numbers(broadcast_to(slice(y, 1, {0, 1}), y.shape())));
    const std::vector<double> first = numbers(slice(y, 1, {0, 1}));
    CHECK(std::count(first.begin(), first.end(), 2.0) > 15);
    CHECK(std::count(first.begin(), first.end(), 0.0) > 15);
    REQUIRE_THROWS_WITH(dropout(ones({20, 6, 4}), Mode::train),
                        contains("(-1, 1, 3)") && contains("steps"));
    REQUIRE_THROWS_AS(dropout(ones({20, 6}), Mode::train), ShapeError);
}

TEST_CASE("Dropout chooses, so that infinite elements are kept or dropped", "[nn]") {
    const double infinity = std::numeric_limits<double>::infinity();
    const Tensor x = full({4, 3, 50}, infinity);
    for (const auto& y :
         {numbers(nn::Dropout(0.5)(x, Mode::train)),
          numbers(nn::SpatialDropout1D(0.5)(x, Mode::train)),
          numbers(nn::Dropout(0.5, {.noise_shape = {-1, 1, -1}})(x, Mode::train))}) {
        CHECK(std::count(y.begin(), y.end(), 0.0) > 0);
        CHECK(std::count(y.begin(), y.end(), infinity) + std::count(y.begin(), y.end(), 0.0) ==
              600);
    }
}

TEST_CASE("SpatialDropout drops whole channels", "[nn]") {
    nn::SpatialDropout2D dropout(0.25);
    const Tensor x = ones({40, 3, 5, 50});
    CHECK(numbers(dropout(x)) == numbers(x));
    const Tensor y = dropout(x, Mode::train);
    const Tensor channel = slice(y, {{}, {0, 1}, {0, 1}});
    CHECK(all(equal(y, broadcast_to(channel, y.shape()))).item<bool>());
    CHECK(mean(y).item<double>() == Approx(1).margin(0.05));
    CHECK(numbers(max(y)) == numbers(scalar(1 / 0.75)));
    REQUIRE_THROWS_AS(nn::SpatialDropout1D(1.5), ValueError);
}

TEST_CASE("check_layer passes SpatialDropout", "[nn]") {
    nn::check_layer(nn::SpatialDropout3D(0.4), {2, 2, 3, 2, 4});
    nn::check_layer(nn::SpatialDropout1D(0.4), {2, 3, 4});
    nn::check_layer(nn::SpatialDropout2D(0.4), {2, 3, 2, 4});
}
