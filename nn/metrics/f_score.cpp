#include <shikumi/nn/metrics/f_score.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/epsilon.hpp>
#include <shikumi/nn/losses/targets.hpp>
#include <shikumi/nn/metrics/detail/sums.hpp>

namespace shikumi::nn {

namespace {

using detail::epsilon;

// State: true positives, false positives, false negatives and the weight of each class, (K,).
class FScore : public MetricRule {
public:
    FScore(std::string name, const FBetaScoreOptions& options, Config config)
        : name_(std::move(name)), options_(options), config_(std::move(config)) {
        if (!(options.beta > 0))
            fail<ValueError>(name_, "beta must be positive, got ", options.beta);
    }

    std::string_view name() const noexcept override { return name_; }

    MetricState start(const Spec&, const Spec& predictions) const override {
        if (predictions.shape.rank() != 2)
            fail<ShapeError>(name_, "wants predictions (N, classes), got ", predictions.shape);
        return MetricState(4, zeros({predictions.shape.back()}, f64));
    }

    MetricState update(const MetricState& state, const Tensor& targets, const Tensor& predictions,
                       const Tensor& weights) const override {
        const Tensor t = match_targets(name_, targets, predictions).cast(f64);
        const Tensor p = positive(predictions).cast(f64);
        const Tensor w = detail::weights_like(name_, weights, p.shape());
        return {state[0] + sum(p * t * w, 0), state[1] + sum(p * (1 - t) * w, 0),
                state[2] + sum((1 - p) * t * w, 0), state[3] + sum(t * w, 0)};
    }

    Tensor result(const MetricState& state) const override {
        const bool together = options_.average == Averaging::micro;
        const auto count = [&](int i) {
            return together ? sum(state[static_cast<std::size_t>(i)])
                            : state[static_cast<std::size_t>(i)];
        };
        const Tensor tp = count(0), precision = tp / (tp + count(1) + epsilon),
                     recall = tp / (tp + count(2) + epsilon);
        const double square = options_.beta * options_.beta;
        const Tensor scores =
            (1 + square) * precision * recall / (square * precision + recall + epsilon);
        if (options_.average == Averaging::macro) return mean(scores);
        if (options_.average == Averaging::weighted)
            return sum(scores * state[3] / (sum(state[3]) + epsilon));
        return scores;
    }

    Config get_config() const override { return config_; }

private:
    // A row of zeros has no largest entry.
    Tensor positive(const Tensor& p) const {
        if (options_.threshold) return p > *options_.threshold;
        return logical_and(p >= max(p, -1, true), abs(p) > 1e-9);
    }

    std::string name_;
    FBetaScoreOptions options_;
    Config config_;
};

constexpr shikumi::detail::NameRow<Averaging> known_averages[] = {
    {Averaging::none, {"none"}},
    {Averaging::micro, {"micro"}},
    {Averaging::macro, {"macro"}},
    {Averaging::weighted, {"weighted"}},
};
constexpr shikumi::detail::NameTable<Averaging> averages("average", known_averages);

}  // namespace

Config to_config(Averaging value) {
    return value == Averaging::none ? Config() : Config(averages.name_of(value));
}

void from_config(const Config& config, Averaging& value, std::string_view reading) {
    value = config.is_null() ? Averaging::none : averages.read(config, reading);
}

Metric FBetaScore(const FBetaScoreOptions& options) {
    return FScore("fbeta_score", options, ConfigWriter().fields(options));
}

Metric F1Score(const F1ScoreOptions& options) {
    return FScore("f1_score", {.average = options.average, .threshold = options.threshold},
                  ConfigWriter().fields(options));
}

}  // namespace shikumi::nn
