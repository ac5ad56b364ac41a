// Focal, overlap, circle and generalised losses, compared with plain doubles.
#include <algorithm>
#include <cmath>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;

namespace {

const Tensor p = tensor({{0.5, 0.3, 0.2}, {0.1, 0.6, 0.3}}, f64);
const Tensor rows = tensor({{1, 0, 0}, {0, 0, 1}}, f64);

double binary_focal(double t, double q, double alpha, double gamma) {
    const double right = t * q + (1 - t) * (1 - q);
    return (t * alpha + (1 - t) * (1 - alpha)) * std::pow(1 - right, gamma) * -std::log(right);
}

}  // namespace

TEST_CASE("binary focal cross-entropy", "[nn]") {
    const nn::Loss loss =
        nn::BinaryFocalCrossentropy({.apply_class_balancing = true, .alpha = 0.7, .gamma = 1.5});
    const double first = (binary_focal(1, 0.5, 0.7, 1.5) + binary_focal(0, 0.3, 0.7, 1.5) +
                          binary_focal(0, 0.2, 0.7, 1.5)) /
                         3;
    CHECK(loss(rows, p).to_vector<double>()[0] == Approx(first));
    const nn::Loss from_logits = nn::BinaryFocalCrossentropy(
        {.apply_class_balancing = true, .alpha = 0.7, .gamma = 1.5, .from_logits = true});
    check_values(from_logits(rows, log(p / (1 - p))), loss(rows, p).to_vector<double>(), 1e-9);
    check_gradients([&](const Tensor& x) { return loss(rows, x); }, p);
    check_gradients([&](const Tensor& x) { return from_logits(rows, x); }, p);
    REQUIRE_THROWS_AS(nn::BinaryFocalCrossentropy({.alpha = 2}), ValueError);
    REQUIRE_THROWS_AS(nn::BinaryFocalCrossentropy({.gamma = -1}), ValueError);
}

TEST_CASE("categorical focal cross-entropy", "[nn]") {
    check_values(
        nn::categorical_focal_crossentropy(rows, p),
        {-0.25 * std::pow(0.5, 2) * std::log(0.5), -0.25 * std::pow(0.7, 2) * std::log(0.3)});
    const nn::Loss loss = nn::CategoricalFocalCrossentropy({.alpha = {0.1, 0.2, 0.6}, .gamma = 3});
    check_values(loss(rows, p), {-0.1 * std::pow(0.5, 3) * std::log(0.5),
                                 -0.6 * std::pow(0.7, 3) * std::log(0.3)});
    check_gradients([&](const Tensor& x) { return loss(rows, x); }, p);
    REQUIRE_THROWS_AS(nn::CategoricalFocalCrossentropy({.alpha = {0.1, 0.2}})(rows, p), ShapeError);
}

TEST_CASE("generalised cross-entropy lies between two losses", "[nn]") {
    const Tensor labels = tensor({0, 2}, i64);
    check_values(nn::CategoricalGeneralizedCrossEntropy({.q = 1})(labels, p), {0.5, 0.7});
    check_values(nn::CategoricalGeneralizedCrossEntropy({.q = 1e-6})(labels, p),
                 {-std::log(0.5), -std::log(0.3)}, 1e-5);
    check_gradients(
        [&](const Tensor& x) { return nn::categorical_generalized_cross_entropy(labels, x); }, p);
    REQUIRE_THROWS_AS(nn::CategoricalGeneralizedCrossEntropy({.q = 0}), ValueError);
}

TEST_CASE("overlaps of the batch, of samples, and with weights", "[nn]") {
    const double both = 0.5 + 0.3, all = 2 + 2;
    CHECK(nn::dice(rows, p).item<double>() == Approx(1 - 2 * both / all));
    CHECK(nn::tversky(rows, p).item<double>() == Approx(1 - 2 * both / all));
    check_values(nn::Dice({.axis = 1})(rows, p), {1 - 2 * 0.5 / 2, 1 - 2 * 0.3 / 2});
    const nn::Loss misses = nn::Tversky({.alpha = 1, .beta = 0});
    CHECK(misses(rows, p).item<double>() == Approx(1 - both / 2));
    check_gradients([&](const Tensor& x) { return misses(rows, x); }, p);
    REQUIRE_THROWS_AS(nn::dice.reduced(rows, p, ones({2}, f64)), ShapeError);
    CHECK(nn::Dice({.axis = 1}).reduced(rows, p, ones({2}, f64)).item<double>() == Approx(0.6));
}

TEST_CASE("circle loss pulls equal labels together", "[nn]") {
    const Tensor x = tensor({{1, 0}, {0.6, 0.8}, {0, 1}}, f64), labels = tensor({0, 0, 1}, i64);
    const nn::Loss loss = nn::Circle({.gamma = 4});
    const auto pull = [](double d) { return 4 * (0.4 + d) * (d - 0.4); };
    const auto push = [](double d) { return 4 * std::max(1.4 - d, 0.0) * (0.6 - d); };
    const auto softplus = [](double v) { return std::log1p(std::exp(v)); };
    check_values(loss(labels, x),
                 {softplus(pull(0.4) + push(1)), softplus(pull(0.4) + push(0.2)), 0});
    // The last sample has no partner and does not count.
    const auto each = loss(labels, x).to_vector<double>();
    CHECK(loss.reduced(labels, x).item<double>() == Approx((each[0] + each[1]) / 2));
    check_values(loss.reduced(zeros({3}, i64), x), {0});
    check_gradients([&](const Tensor& y) { return loss(labels, y); },
                    tensor({{1, 0.1}, {0.6, 0.7}, {0.2, 0.9}}, f64));
    REQUIRE_THROWS_AS(loss(ones({2}), x), ShapeError);
}
