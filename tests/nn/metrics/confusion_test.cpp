// Counts at thresholds, their ratios, and curves, compared with plain loops.
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

Tensor value(const nn::Metric& metric, const Tensor& t, const Tensor& p, const Tensor& w = {}) {
    nn::RunningMetric running(metric);
    // In two batches.
    const Index half = p.shape().front() / 2, all = p.shape().front();
    for (const Slice rows : {Slice{0, half}, Slice{half, all}})
        running.update(slice(t, 0, rows), slice(p, 0, rows),
                       w.defined() ? slice(w, 0, rows) : Tensor());
    return running.result();
}

const Tensor t = tensor({0, 1, 1, 0, 1, 0}, f32);
const Tensor p = tensor({0.1, 0.4, 0.9, 0.6, 0.5, 0.5}, f32);
const Tensor w = tensor({1, 2, 3, 4, 5, 6}, f32);

}  // namespace

TEST_CASE("counts at thresholds are strict", "[nn][metric]") {
    CHECK(value(nn::TruePositives(), t, p).item<double>() == 1);
    CHECK(value(nn::FalsePositives(), t, p).item<double>() == 1);
    CHECK(value(nn::TrueNegatives(), t, p).item<double>() == 2);
    CHECK(value(nn::FalseNegatives(), t, p).item<double>() == 2);
    check_values(value(nn::TruePositives({.thresholds = {0.2, 0.45}}), t, p, w), {10, 8});
    check_values(value(nn::FalsePositives({.thresholds = {0.2, 0.45}}), t, p, w), {10, 10});
    REQUIRE_THROWS_AS(nn::TruePositives({.thresholds = {1.5}}), ValueError);
    REQUIRE_THROWS_AS(value(nn::TruePositives(), ones({4}), p), ShapeError);
    REQUIRE_THROWS_AS(value(nn::TruePositives(), t, p, ones({6, 2})), ShapeError);
}

TEST_CASE("precision and recall", "[nn][metric]") {
    CHECK(value(nn::Precision(), t, p).item<double>() == 0.5);
    CHECK(value(nn::Recall(), t, p).item<double>() == Approx(1.0 / 3));
    CHECK(value(nn::Precision({.thresholds = {0.95}}), t, p).item<double>() == 0);
    CHECK(value(nn::Recall(), zeros({6}), p).item<double>() == 0);
    const Tensor scores = tensor({{0.3, 0.3, 0.1}, {0.2, 0.1, 0.7}}, f32),
                 both = tensor({{1, 0, 0}, {0, 0, 1}}, f32);
    CHECK(value(nn::Precision({.top_k = 1}), both, scores).item<double>() == 1);  // first of a tie
    CHECK(value(nn::Recall({.class_id = 2}), both, scores).item<double>() == 1);
    REQUIRE_THROWS_AS(value(nn::Recall({.class_id = 3}), both, scores), ValueError);
    REQUIRE_THROWS_AS(nn::Precision({.top_k = 0}), ValueError);
}

TEST_CASE("the area under the curve is the share of pairs in order", "[nn][metric]") {
    Generator rng(3);
    const Tensor scores = random_uniform({200}, rng);
    const Tensor classes = (scores + random_normal({200}, rng, 0, 0.3) > 0.5).cast(f32);
    const auto s = scores.to_vector<double>(), c = classes.to_vector<double>();
    double right = 0, pairs = 0;
    for (std::size_t i = 0; i < s.size(); ++i) {
        for (std::size_t j = 0; j < s.size(); ++j) {
            if (c[i] <= c[j]) continue;
            pairs += 1;
            right += s[i] > s[j] ? 1 : s[i] == s[j] ? 0.5 : 0;
        }
    }
    const double area = value(nn::AUC({.num_thresholds = 20000}), classes, scores).item<double>();
    CHECK(area == Approx(right / pairs).margin(1e-4));
    const Tensor logits = log(scores / (1 - scores));
    CHECK(value(nn::AUC({.from_logits = true}), classes, logits).item<double>() ==
          Approx(value(nn::AUC(), classes, scores).item<double>()).margin(1e-3));
    REQUIRE_THROWS_AS(nn::AUC({.num_thresholds = 1}), ValueError);
    REQUIRE_THROWS_AS(nn::AUC({.thresholds = {2}}), ValueError);
}

TEST_CASE("points on curves", "[nn][metric]") {
    // Above 0.5: recall 1/3, specificity 2/3. Above 0.45: recall 2/3, specificity 1/3.
    CHECK(value(nn::SensitivityAtSpecificity(0.6), t, p).item<double>() == Approx(1.0 / 3));
    CHECK(value(nn::SpecificityAtSensitivity(0.6), t, p).item<double>() == Approx(1.0 / 3));
    CHECK(value(nn::PrecisionAtRecall(0.3), t, p).item<double>() == 1);
    CHECK(value(nn::RecallAtPrecision(0.9), t, p).item<double>() == Approx(1.0 / 3));
    REQUIRE_THROWS_AS(nn::PrecisionAtRecall(1.5), ValueError);
}

TEST_CASE("F-scores", "[nn][metric]") {
    const Tensor classes = tensor({{1, 0}, {1, 0}, {0, 1}, {0, 1}}, f32),
                 scores = tensor({{0.9, 0.1}, {0.2, 0.8}, {0.3, 0.7}, {0.4, 0.6}}, f32);
    const double first = 2.0 / 3, second = 0.8;
    check_values(value(nn::F1Score(), classes, scores), {first, second});
    CHECK(value(nn::F1Score({.average = nn::Averaging::macro}), classes, scores).item<double>() ==
          Approx((first + second) / 2));
    CHECK(value(nn::F1Score({.average = nn::Averaging::micro}), classes, scores).item<double>() ==
          Approx(0.75));
    // Precision 1 and recall 1/2: 5 · 1/2 / (4 + 1/2).
    CHECK(value(nn::FBetaScore({.beta = 2, .threshold = 0.5}), classes, scores)
              .to_vector<double>()[0] == Approx(5 * 0.5 / 4.5).epsilon(1e-6));
    REQUIRE_THROWS_AS(nn::FBetaScore({.beta = 0}), ValueError);
    REQUIRE_THROWS_AS(value(nn::F1Score(), t, p), ShapeError);
}
