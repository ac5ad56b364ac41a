// Metrics that are carried on over batches.
#include <limits>
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

// The largest prediction so far: a metric of one's own with a state.
struct Largest : nn::MetricRule {
    std::string_view name() const noexcept override { return "largest"; }
    nn::MetricState start(const Spec&, const Spec& predictions) const override {
        return {full({}, -std::numeric_limits<double>::infinity(), predictions.dtype)};
    }
    nn::MetricState update(const nn::MetricState& state, const Tensor&, const Tensor& predictions,
                           const Tensor&) const override {
        return {maximum(state[0], max(predictions))};
    }
    Tensor result(const nn::MetricState& state) const override { return state[0]; }
};

const nn::Metric distance("distance", [](const Tensor& t, const Tensor& p) { return abs(p - t); });

double value(const nn::RunningMetric& metric) { return metric.result().item<double>(); }

}  // namespace

TEST_CASE("a function is a metric: its mean over all samples of all batches", "[nn][metric]") {
    nn::RunningMetric running(distance);
    CHECK(running.name() == "distance");
    REQUIRE_THROWS_AS(running.result(), StateError);
    running.update(tensor({0.F, 0.F, 0.F}), tensor({1.F, 2.F, 3.F}));
    CHECK(value(running) == 2);
    running.update(tensor({0.F}), tensor({10.F}));
    CHECK(value(running) == 4);
    running.reset();
    running.update(tensor({0.F, 0.F}), tensor({1.F, 3.F}), tensor({3.F, 1.F}));
    CHECK(value(running) == 1.5);
    running.reset();
    running.update(tensor({0.F}), tensor({1.F}), tensor({0.F}));
    CHECK(value(running) == 0);  // nothing counts
}

TEST_CASE("weights of samples and of steps", "[nn][metric]") {
    const Tensor t = zeros({2, 2, 1}), p = tensor({{{1}, {3}}, {{5}, {7}}}, f32);
    const nn::Metric each("each", [](const Tensor& a, const Tensor& b) {
        return squeeze(abs(a - b), -1);  // (N, T)
    });
    const nn::Metric whole("whole", [](const Tensor& a, const Tensor& b) {
        return nn::mean_per_sample(abs(a - b));  // (N,)
    });
    for (const nn::Metric& metric : {each, whole}) {
        INFO(metric.name());
        const auto with = [&](const Tensor& weights) {
            nn::RunningMetric running(metric);
            running.update(t, p, weights);
            return value(running);
        };
        CHECK(with({}) == 4);
        CHECK(with(tensor({1.F, 3.F})) == 5);
        CHECK(with(tensor({{1.F}, {3.F}})) == 5);
        CHECK(with(tensor({{1.F, 0.F}, {0.F, 0.F}})) == 1);
        REQUIRE_THROWS_WITH(with(ones({3})), contains("(3,)") && contains("(2,)"));
        REQUIRE_THROWS_AS(with(ones({2, 3})), ShapeError);
    }
    nn::RunningMetric running(distance);
    running.update(tensor({0.F, 0.F}), tensor({1.F, std::numeric_limits<float>::quiet_NaN()}),
                   tensor({1.F, 0.F}));
    CHECK(value(running) == 1);  // what has no weight may be anything
}

TEST_CASE("a rule is a metric with a state of its own", "[nn][metric]") {
    nn::RunningMetric largest{nn::Metric(Largest())};
    largest.update(zeros({2}), tensor({1.F, 5.F}));
    largest.update(zeros({1}), tensor({3.F}));
    CHECK(value(largest) == 5);
    REQUIRE_THROWS_WITH(nn::Metric(Largest())(zeros({1}), zeros({1})), contains("[largest]"));
}

TEST_CASE("a loss is a metric: its mean, under its name", "[nn][metric]") {
    nn::RunningMetric running(nn::mean_absolute_error);
    CHECK(running.name() == "mean_absolute_error");
    running.update(zeros({2, 2}), tensor({{1, 3}, {5, 7}}, f32));
    CHECK(value(running) == 4);
}

TEST_CASE("an update is captured with its state", "[nn][metric]") {
    const nn::Metric metric = nn::Metric(Largest());
    auto step = capture(
        [&](const nn::MetricState& state, const Tensor& p) { return metric.update(state, p, p); });
    nn::MetricState state = metric.start({{1}, f32}, {{1}, f32});
    for (const float v : {1.F, 4.F, 2.F}) state = step(state, tensor({v}));
    CHECK(metric.result(state).item<double>() == 4);
}
