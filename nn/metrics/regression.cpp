#include <shikumi/nn/metrics/regression.hpp>

#include <limits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/autograd/ops/detail/lengths.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/regression.hpp>
#include <shikumi/nn/losses/targets.hpp>
#include <shikumi/nn/metrics/detail/sums.hpp>

namespace shikumi::nn {

namespace {

using detail::MeanRule;

class RootOfMean final : public MeanRule {
public:
    using MeanRule::MeanRule;
    Tensor result(const MetricState& state) const override { return sqrt(MeanRule::result(state)); }
};

// A mean of f(targets, predictions, axis).
template <class F>
Metric along(const char* name, const AlongAxisOptions& options, F f) {
    return MeanRule(
        name,
        [=](const Tensor& targets, const Tensor& p) {
            return f(match_targets(name, targets, p), p, options.axis);
        },
        ConfigWriter().fields(options));
}

Tensor centred(const Tensor& x, int axis) { return x - mean(x, axis, true); }

Tensor pearson(const Tensor& t, const Tensor& p, int axis) {
    const Tensor a = centred(t, axis), b = centred(p, axis);
    return mean(a / std(a, axis, true) * (b / std(b, axis, true)), axis);
}

Tensor concordance(const Tensor& t, const Tensor& p, int axis) {
    const Tensor covariance = mean(centred(t, axis) * centred(p, axis), axis);
    return 2 * covariance /
           (var(t, axis) + var(p, axis) + square(mean(t, axis) - mean(p, axis)) + 1e-7);
}

// State: Σ w t, Σ w t², Σ w (t − p)², Σ w of each column, and the number of targets.
class R2 final : public MetricRule {
public:
    explicit R2(const R2ScoreOptions& options) : options_(options) {
        if (options.num_regressors < 0)
            fail<ValueError>(name(), "num_regressors must not be negative, got ",
                             options.num_regressors);
    }

    std::string_view name() const noexcept override { return "r2_score"; }

    MetricState start(const Spec&, const Spec& predictions) const override {
        if (predictions.shape.rank() != 2)
            fail<ShapeError>(name(), "wants predictions (N, K), got ", predictions.shape);
        MetricState state(4, zeros({predictions.shape.back()}, f64));
        state.push_back(zeros({}, f64));
        return state;
    }

    MetricState update(const MetricState& state, const Tensor& targets, const Tensor& predictions,
                       const Tensor& weights) const override {
        const Tensor t = match_targets(name(), targets, predictions).cast(f64);
        const Tensor p = predictions.cast(f64);
        const Tensor w = detail::weights_like(name(), weights, p.shape());
        return {state[0] + sum(w * t, 0), state[1] + sum(w * square(t), 0),
                state[2] + sum(w * square(t - p), 0), state[3] + sum(w, 0),
                state[4] + static_cast<double>(t.size())};
    }

    Tensor result(const MetricState& state) const override {
        const Tensor spread = state[1] - square(state[0]) / state[3];
        const Tensor raw = 1 - state[2] / spread;
        const Tensor scores =
            where(equal(abs(raw), std::numeric_limits<double>::infinity()), 0, raw);
        return adjusted(aggregated(scores, spread), state[4]);
    }

    Config get_config() const override { return ConfigWriter().fields(options_); }

private:
    Tensor aggregated(const Tensor& scores, const Tensor& spread) const {
        switch (options_.class_aggregation) {
            case ClassAggregation::uniform_average:
                return mean(scores);
            case ClassAggregation::variance_weighted_average:
                return sum(spread * scores) / sum(spread);
            case ClassAggregation::none:
                break;
        }
        return scores;
    }

    // Without a correction where there are too few samples for one.
    Tensor adjusted(const Tensor& score, const Tensor& samples) const {
        if (options_.num_regressors == 0) return score;
        const Tensor left = samples - static_cast<double>(options_.num_regressors) - 1;
        return where(left > 0, 1 - (1 - score) * (samples - 1) / left, score);
    }

    R2ScoreOptions options_;
};

constexpr shikumi::detail::NameRow<ClassAggregation> known_aggregations[] = {
    {ClassAggregation::none, {"none"}},
    {ClassAggregation::uniform_average, {"uniform_average"}},
    {ClassAggregation::variance_weighted_average, {"variance_weighted_average"}},
};
constexpr shikumi::detail::NameTable<ClassAggregation> aggregations("class_aggregation",
                                                                    known_aggregations);

}  // namespace

Config to_config(ClassAggregation value) {
    return value == ClassAggregation::none ? Config() : Config(aggregations.name_of(value));
}

void from_config(const Config& config, ClassAggregation& value, std::string_view reading) {
    value = config.is_null() ? ClassAggregation::none : aggregations.read(config, reading);
}

Metric RootMeanSquaredError() {
    return RootOfMean("root_mean_squared_error", [](const Tensor& targets, const Tensor& p) {
        return square(p - match_targets("root_mean_squared_error", targets, p));
    });
}

Metric LogCoshError() { return Metric(log_cosh).named("logcosh"); }

Metric MeanCosineSimilarity(const AlongAxisOptions& options) {
    return along("cosine_similarity", options, [](const Tensor& t, const Tensor& p, int axis) {
        return sum(shikumi::detail::unit(t, axis) * shikumi::detail::unit(p, axis), axis);
    });
}

Metric PearsonCorrelation(const AlongAxisOptions& options) {
    return along("pearson_correlation", options, pearson);
}

Metric ConcordanceCorrelation(const AlongAxisOptions& options) {
    return along("concordance_correlation", options, concordance);
}

Metric R2Score(const R2ScoreOptions& options) { return R2(options); }

}  // namespace shikumi::nn
