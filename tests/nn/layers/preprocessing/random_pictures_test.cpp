// Layers that prepare and vary pictures.
#include <cmath>
#include <set>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;

namespace {

// 1 … h w as one picture of one channel.
Tensor picture(Index h, Index w) { return reshape(arange(1, h * w + 1, 1, f64), {1, h, w, 1}); }

using Numbers = std::vector<double>;

Numbers trained(nn::Layer&& layer, const Tensor& x) {
    return layer(x, Mode::train).to_vector<double>();
}

void check_values(const Numbers& values, const Numbers& expected) {
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        CHECK(values[i] == Approx(expected[i]).margin(1e-9));
}

}  // namespace

TEST_CASE("Rescaling turns pixels into numbers", "[nn]") {
    const Tensor pixels = tensor({{0, 51, 255}}, u8);
    const Tensor y = nn::Rescaling(1 / 127.5, -1)(pixels);
    CHECK(y.dtype() == f32);
    check_values(y.cast(f64).to_vector<double>(), {-1, -0.6f, 1});
    nn::check_layer(nn::Rescaling(2, 1), {3, 4});
}

TEST_CASE("RandomFlip turns some pictures and leaves others", "[nn]") {
    const Tensor x = tile(picture(2, 2), {64, 1, 1, 1});
    const auto seen = [&](nn::Flip mode) {
        nn::RandomFlip layer(mode);
        CHECK(layer(x).to_vector<double>() == x.to_vector<double>());
        const Numbers all = layer(x, Mode::train).to_vector<double>();
        std::set<Numbers> different;
        for (auto p = all.begin(); p != all.end(); p += 4) different.insert(Numbers(p, p + 4));
        return different;
    };
    const Numbers as_is{1, 2, 3, 4}, mirrored{2, 1, 4, 3}, upside_down{3, 4, 1, 2},
        both{4, 3, 2, 1};
    CHECK(seen(nn::Flip::horizontal) == std::set{as_is, mirrored});
    CHECK(seen(nn::Flip::vertical) == std::set{as_is, upside_down});
    CHECK(seen(nn::Flip::horizontal_and_vertical) == std::set{as_is, mirrored, upside_down, both});
    nn::RandomFlip flip;
    REQUIRE_THROWS_AS(flip(zeros({2, 3}), Mode::train), ShapeError);
    nn::check_layer(nn::RandomFlip(), {3, 2, 3, 1});
}

TEST_CASE("RandomTranslation moves by whole and half pixels", "[nn]") {
    const Tensor x = picture(1, 4);
    const nn::FactorRange still(0), right(0.25, 0.25), left_half(-0.125, -0.125);
    check_values(trained(nn::RandomTranslation(still, still), x), {1, 2, 3, 4});
    const auto moved = [&](nn::Fill fill) {
        return trained(nn::RandomTranslation(still, right, {.fill_mode = fill, .fill_value = 9}),
                       x);
    };
    check_values(moved(nn::Fill::reflect), {1, 1, 2, 3});
    check_values(moved(nn::Fill::constant), {9, 1, 2, 3});
    check_values(moved(nn::Fill::wrap), {4, 1, 2, 3});
    check_values(moved(nn::Fill::nearest), {1, 1, 2, 3});
    check_values(trained(nn::RandomTranslation(still, left_half), x), {1.5, 2.5, 3.5, 4});
    check_values(trained(nn::RandomTranslation(nn::FactorRange(0.5, 0.5), still), picture(2, 2)),
                 {1, 2, 1, 2});
    check_values(
        trained(nn::RandomTranslation(still, left_half, {.interpolation = Interpolation::nearest}),
                picture(1, 4)),
        {1, 3, 3, 4});
    REQUIRE_THROWS_AS(nn::RandomTranslation(nn::FactorRange(0.2, 0.1), still), ValueError);
    REQUIRE_THROWS_AS(nn::RandomTranslation(2, still), ValueError);
    nn::check_layer(nn::RandomTranslation(0.3, 0.3), {2, 3, 3, 2});
}

TEST_CASE("RandomRotation turns counter-clockwise", "[nn]") {
    const auto turned = [](double factor) {
        return trained(
            nn::RandomRotation(nn::FactorRange(factor, factor), {.fill_mode = nn::Fill::nearest}),
            picture(2, 2));
    };
    check_values(turned(0), {1, 2, 3, 4});
    check_values(turned(0.25), {2, 4, 1, 3});
    check_values(turned(0.5), {4, 3, 2, 1});
    nn::check_layer(nn::RandomRotation(0.1), {2, 3, 3, 2});
}

TEST_CASE("RandomZoom stretches around the middle", "[nn]") {
    const auto zoomed = [](double factor, const Tensor& x) {
        return trained(nn::RandomZoom(nn::FactorRange(factor, factor), {},
                                      {.fill_mode = nn::Fill::constant, .fill_value = 9}),
                       x);
    };
    check_values(zoomed(0, picture(2, 2)), {1, 2, 3, 4});
    // Half the size: every second element, and the fill outside.
    check_values(zoomed(1, picture(1, 5)), {9, 1, 3, 5, 9});
    // From half as far: halves between the middle ones.
    check_values(zoomed(-0.5, picture(1, 5)), {2, 2.5, 3, 3.5, 4});
    // Only the width.
    check_values(
        trained(nn::RandomZoom(nn::FactorRange(0, 0), nn::FactorRange(-1, -1)), picture(2, 3)),
        {2, 2, 2, 5, 5, 5});
    REQUIRE_THROWS_AS(nn::RandomZoom(nn::FactorRange(-2, 0)), ValueError);
    nn::check_layer(nn::RandomZoom(0.3, 0.2), {2, 3, 3, 2});
}
