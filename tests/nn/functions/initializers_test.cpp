// Initialisers: distributions, fans, seeds.
#include <algorithm>
#include <cmath>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;

namespace {

double relative(const std::vector<double>& values, double power) {
    double sum = 0;
    for (const double v : values) sum += std::pow(v, power);
    return sum / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("initialisers have Keras's variances", "[nn]") {
    Generator rng(7);
    const Shape shape{300, 200};
    const auto check = [&](const nn::Initializer& make, double variance, double limit) {
        const std::vector<double> values = make(shape, rng, f64).to_vector<double>();
        CHECK(relative(values, 1) == Approx(0).margin(4 * std::sqrt(variance / 60000)));
        CHECK(relative(values, 2) == Approx(variance).epsilon(0.03));
        for (const double v : values) REQUIRE(std::abs(v) <= limit);
    };
    // Truncation at two σ leaves 0.87962566² of a normal distribution's variance.
    const double cut = 0.87962566103423978;
    const auto normal = [&](const nn::Initializer& make, double variance) {
        check(make, variance, 2 * std::sqrt(variance) / cut);
    };
    const auto uniform = [&](const nn::Initializer& make, double variance) {
        check(make, variance, std::sqrt(3 * variance));
    };
    normal(nn::glorot_normal(), 1 / 250.0);
    uniform(nn::glorot_uniform(), 1 / 250.0);
    normal(nn::he_normal(), 2 / 300.0);
    uniform(nn::he_uniform(), 2 / 300.0);
    normal(nn::lecun_normal(), 1 / 300.0);
    uniform(nn::lecun_uniform(), 1 / 300.0);
    check(nn::random_normal(), 0.05 * 0.05, 1);
    check(nn::random_uniform(), 0.05 * 0.05 / 3, 0.05);
    check(nn::truncated_normal(), std::pow(0.05 * cut, 2), 0.1);
    normal(nn::variance_scaling(), 1 / 300.0);
    normal(nn::variance_scaling(3, nn::Fan::out), 3 / 200.0);
    uniform(nn::variance_scaling(3, nn::Fan::average, nn::Distribution::uniform), 3 / 250.0);
    check(nn::variance_scaling(3, nn::Fan::out, nn::Distribution::untruncated_normal), 3 / 200.0,
          1);
    REQUIRE_THROWS_AS(nn::variance_scaling(0), ValueError);
}

TEST_CASE("fans count the receptive field", "[nn]") {
    Generator rng(3);
    // A 3×3 convolution of 4 into 8 channels: fan_in 36, fan_out 72.
    const auto values = nn::glorot_uniform()({3, 3, 4, 8}, rng, f64).to_vector<double>();
    const double limit = std::sqrt(3 / 54.0);
    double largest = 0;
    for (const double v : values) largest = std::max(largest, std::abs(v));
    CHECK(largest <= limit);
    CHECK(largest > 0.97 * limit);
    CHECK(nn::he_normal()({5}, rng).shape() == Shape{5});
    CHECK(nn::glorot_normal()({}, rng).shape() == Shape{});
    CHECK(nn::glorot_normal()({0, 4}, rng).shape() == Shape{0, 4});
}

TEST_CASE("constant initialisers", "[nn]") {
    Generator rng(0);
    check_values(nn::zeros_init()({2}, rng), {0, 0});
    check_values(nn::ones_init()({2}, rng), {1, 1});
    check_values(nn::constant(2.5)({2}, rng, f64), {2.5, 2.5});
    CHECK(nn::constant(2.5)({2}, rng).dtype() == f32);
    check_values(nn::identity_init(2)({2, 3}, rng, f64), {2, 0, 0, 0, 2, 0});
    REQUIRE_THROWS_AS(nn::identity_init()({3}, rng), ShapeError);
    REQUIRE_THROWS_AS(nn::random_normal(0, -1), ValueError);
    REQUIRE_THROWS_AS(nn::truncated_normal(0, -1), ValueError);
    REQUIRE_THROWS_AS(nn::random_uniform(1, 0), ValueError);
}

TEST_CASE("orthogonal matrices are orthogonal", "[nn]") {
    for (const Shape& shape :
         {Shape{6, 4}, Shape{4, 6}, Shape{5, 5}, Shape{2, 3, 4}, Shape{1, 1}}) {
        INFO(to_string(shape));
        Generator rng(11);
        const Tensor q = nn::orthogonal(2)(shape, rng, f64);
        REQUIRE(q.shape() == shape);
        const Tensor flat = reshape(q, {-1, shape.back()});
        const Index rows = flat.shape().front(), columns = flat.shape().back();
        const Tensor gram =
            rows < columns ? matmul(flat, transpose(flat)) : matmul(transpose(flat), flat);
        CHECK(max(abs(gram - eye(std::min(rows, columns), {}, f64) * 4)).item<double>() < 1e-13);
    }
    Generator rng(0);
    REQUIRE_THROWS_AS(nn::orthogonal()({3}, rng), ShapeError);
}

TEST_CASE("the same seed gives the same weights, the next use gives others", "[nn]") {
    Generator a(5), b(5), c(6);
    const auto make = nn::glorot_uniform();
    const auto first = make({3, 4}, a).to_vector<double>();
    CHECK(first == make({3, 4}, b).to_vector<double>());
    CHECK(first != make({3, 4}, a).to_vector<double>());
    CHECK(first != make({3, 4}, c).to_vector<double>());
}

TEST_CASE("initialisers carry their names", "[nn]") {
    CHECK(nn::zeros_init().name() == "zeros");
    CHECK(nn::he_normal().name() == "he_normal");
    CHECK(nn::glorot_uniform().name() == "glorot_uniform");
    CHECK(nn::orthogonal().name() == "orthogonal");
    const nn::Initializer own = [](const Shape& shape, Generator&, DType dtype) {
        return full(shape, 7, dtype);
    };
    CHECK(own.name() == "custom");
    Generator rng(1);
    CHECK(own({2}, rng).dtype() == f32);
}
