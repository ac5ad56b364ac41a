#include <shikumi/nn/losses/regression.hpp>

#include <numbers>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/lengths.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/epsilon.hpp>
#include <shikumi/nn/losses/targets.hpp>

namespace shikumi::nn {

namespace {

using detail::epsilon;

// c (d - c/2) for the distance d and c = min(d, δ): d²/2, or δ d - δ²/2 further away.
Tensor mean_huber(const Tensor& t, const Tensor& p, double delta) {
    const Tensor distance = abs(p - t), near = minimum(distance, delta);
    return mean_of_last(near * (distance - 0.5 * near));
}

// log(1 + 2 sinh²(d/2)) near 0, where |d| + log(1 + exp(-2 |d|)) - log 2 cancels.
Tensor log_of_cosh(const Tensor& d) {
    const Tensor distance = abs(d);
    const Tensor near = log1p(2 * square(sinh(0.5 * minimum(distance, 1))));
    const Tensor far = distance + softplus(-2 * distance) - std::numbers::ln2;
    return where(distance < 1, near, far);
}

Tensor minus_cosine(const Tensor& t, const Tensor& p) {
    return -sum(shikumi::detail::unit(t, -1) * shikumi::detail::unit(p, -1), -1);
}

}  // namespace

constinit const Loss mean_squared_error{"mean_squared_error", [](const Tensor& t, const Tensor& p) {
                                            return mean_of_last(square(p - t));
                                        }};

constinit const Loss mean_absolute_error{
    "mean_absolute_error",
    [](const Tensor& t, const Tensor& p) { return mean_of_last(abs(p - t)); }};

constinit const Loss mean_absolute_percentage_error{
    "mean_absolute_percentage_error", [](const Tensor& t, const Tensor& p) {
        return 100 * mean_of_last(abs((p - t) / maximum(abs(t), epsilon)));
    }};

constinit const Loss mean_squared_logarithmic_error{
    "mean_squared_logarithmic_error", [](const Tensor& t, const Tensor& p) {
        return mean_of_last(square(log1p(maximum(t, epsilon)) - log1p(maximum(p, epsilon))));
    }};

constinit const Loss huber{"huber",
                           [](const Tensor& t, const Tensor& p) { return mean_huber(t, p, 1); }};

constinit const Loss log_cosh{
    "log_cosh", [](const Tensor& t, const Tensor& p) { return mean_of_last(log_of_cosh(p - t)); }};

constinit const Loss cosine_similarity{"cosine_similarity", minus_cosine};

Loss MeanSquaredError(const LossOptions& options) {
    return mean_squared_error.with(options.reduction);
}

Loss MeanAbsoluteError(const LossOptions& options) {
    return mean_absolute_error.with(options.reduction);
}

Loss MeanAbsolutePercentageError(const LossOptions& options) {
    return mean_absolute_percentage_error.with(options.reduction);
}

Loss MeanSquaredLogarithmicError(const LossOptions& options) {
    return mean_squared_logarithmic_error.with(options.reduction);
}

Loss LogCosh(const LossOptions& options) { return log_cosh.with(options.reduction); }

Loss Huber(const HuberOptions& options) {
    if (!(options.delta > 0))
        fail<ValueError>(huber.name(), "delta must be positive, got ", options.delta);
    return {[=](const Tensor& t, const Tensor& p) { return mean_huber(t, p, options.delta); },
            std::string(huber.name()),
            {.targets = Targets::like_predictions, .reduction = options.reduction},
            ConfigWriter().fields(options)};
}

Loss CosineSimilarity(const CosineSimilarityOptions& options) {
    return {minus_cosine,
            std::string(cosine_similarity.name()),
            {.targets = Targets::like_predictions,
             .axis = static_cast<int>(options.axis),
             .reduction = options.reduction},
            ConfigWriter().fields(options)};
}

}  // namespace shikumi::nn
