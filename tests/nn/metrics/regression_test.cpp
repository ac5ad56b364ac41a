// Metrics of numbers and of segmentations, compared with plain loops.
#include <cmath>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::check_values;

namespace {

double result(const nn::Metric& metric, const Tensor& truth, const Tensor& guess,
              const Tensor& w = {}) {
    nn::RunningMetric running(metric);
    running.update(truth, guess, w);
    return running.result().item<double>();
}

const Tensor truth = tensor({{1, 5}, {2, 3}, {4, 4}}, f64),
             guess = tensor({{2, 5}, {2, 1}, {3, 4}}, f64);

}  // namespace

TEST_CASE("the root of the mean of all squares", "[nn][metric]") {
    CHECK(result(nn::RootMeanSquaredError(), truth, guess) == Approx(1));
    nn::RunningMetric running(nn::RootMeanSquaredError());
    running.update(zeros({1, 1}), full({1, 1}, 3));
    running.update(zeros({1, 1}), full({1, 1}, 1));
    CHECK(running.result().item<double>() == Approx(std::sqrt(5)));
}

TEST_CASE("R² by column, averaged, weighed and adjusted", "[nn][metric]") {
    const double first = 1 - 2 / (14.0 / 3), second = 1 - 4 / 2.0;
    CHECK(result(nn::R2Score(), truth, guess) == Approx((first + second) / 2));
    const nn::R2ScoreOptions by_variance{.class_aggregation =
                                             nn::ClassAggregation::variance_weighted_average};
    CHECK(result(nn::R2Score(by_variance), truth, guess) == Approx(1 - 6 / (14.0 / 3 + 2)));
    const Tensor twice = tensor({{1, 5}, {1, 5}, {2, 3}, {4, 4}}, f64),
                 predicted = tensor({{2, 5}, {2, 5}, {2, 1}, {3, 4}}, f64);
    CHECK(result(nn::R2Score(), truth, guess, tensor({2, 1, 1}, f64)) ==
          Approx(result(nn::R2Score(), twice, predicted)));
    REQUIRE_THROWS_AS(nn::R2Score({.num_regressors = -1}), ValueError);
    REQUIRE_THROWS_AS(result(nn::R2Score(), ones({3}), ones({3})), ShapeError);
}

TEST_CASE("correlations along an axis", "[nn][metric]") {
    const Tensor a = tensor({{1, 2, 4}}, f64), b = tensor({{2, 5, 5}}, f64);
    // Deviations (-4, -1, 5)/3 and (-2, 1, 1).
    CHECK(result(nn::PearsonCorrelation(), a, b) == Approx(12 / std::sqrt(42.0 * 6)));
    const double covariance = 4.0 / 3, of_a = 14.0 / 9, of_b = 2, apart = 25.0 / 9;
    CHECK(result(nn::ConcordanceCorrelation(), a, b) ==
          Approx(2 * covariance / (of_a + of_b + apart)));
    CHECK(std::isnan(result(nn::PearsonCorrelation(), a, ones({1, 3}, f64))));
    CHECK(result(nn::MeanCosineSimilarity(), a, 3 * a) == Approx(1));
    CHECK(result(nn::Metric(nn::cosine_similarity), a, 3 * a) == Approx(-1));
}

TEST_CASE("intersection over union", "[nn][metric]") {
    const Tensor classes = tensor({0, 0, 1, 1, 2, 9}, i64), found = tensor({0, 1, 1, 1, 0, 2}, i64);
    const nn::MeanIoUOptions options{.num_classes = 4, .ignore_class = 9};
    // 1/3, 2/3, 0; class 3 occurs nowhere.
    CHECK(result(nn::MeanIoU(options), classes, found) == Approx(1.0 / 3).epsilon(1e-6));
    CHECK(result(nn::IoU({.num_classes = 4, .target_class_ids = {1}, .ignore_class = 9}), classes,
                 found) == Approx(2.0 / 3).epsilon(1e-6));
    REQUIRE_THROWS_AS(result(nn::MeanIoU({.num_classes = 2}), classes, found), ValueError);
    REQUIRE_THROWS_AS(nn::IoU({.num_classes = 2}), ValueError);
    REQUIRE_THROWS_AS(nn::IoU({.num_classes = 2, .target_class_ids = {2}}), ValueError);
    REQUIRE_THROWS_AS(result(nn::MeanIoU(options), classes, zeros({5}, i64)), ShapeError);
    CHECK(result(nn::OneHotMeanIoU({.num_classes = 2}), tensor({{1, 0}, {0, 1}}, f32),
                 tensor({{0.9, 0.1}, {0.2, 0.8}}, f32)) == Approx(1));
    CHECK(result(nn::BinaryIoU({.target_class_ids = {1}}), tensor({0, 1, 1}, f32),
                 tensor({0.7, 0.8, 0.1}, f32)) == Approx(1.0 / 3).epsilon(1e-6));
}

TEST_CASE("means and sums of numbers", "[nn][metric]") {
    nn::RunningMetric mean(nn::Mean()), sum(nn::Sum());
    for (nn::RunningMetric* metric : {&mean, &sum}) {
        metric->update({}, tensor({{1, 3}, {5, 7}}, f32));
        metric->update({}, scalar(10));
    }
    CHECK(mean.result().item<double>() == Approx((2 + 6 + 10) / 3.0));
    CHECK(sum.result().item<double>() == 26);
}
