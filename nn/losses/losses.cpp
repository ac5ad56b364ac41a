#include <shikumi/nn/losses/losses.hpp>

#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/lengths.hpp>
#include <shikumi/autograd/ops/detail/logits.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/paired_targets.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::checked_indices;
using shikumi::detail::logits_of_sigmoid;
using shikumi::detail::logits_of_softmax;
using shikumi::detail::multiply_no_nan;
using shikumi::detail::unit;

constexpr double epsilon = 1e-7;

Tensor clipped(const Tensor& probabilities) { return clip(probabilities, epsilon, 1 - epsilon); }

Tensor log_probabilities(const Tensor& p) { return log(clipped(p / sum(p, -1, true))); }

// A loss that applies a softmax of its own still trains on probabilities, but badly.
void refuse_probabilities(std::string_view loss, const Tensor& logits) {
    if (logits_of_softmax(logits).defined() || logits_of_sigmoid(logits).defined())
        fail<ValueError>(loss,
                         "wants logits, but softmax or sigmoid was applied to the predictions "
                         "already: leave it out, or use the loss without from_logits");
}

Tensor crossentropy(const Tensor& targets, const Tensor& logits) {
    return mean_per_sample(cross_entropy_each(logits, targets));
}

Tensor binary(const Tensor& targets, const Tensor& logits) {
    return mean_per_sample(binary_cross_entropy_each(logits, targets));
}

// c (d - c/2) for the distance d and c = min(d, δ): d²/2, or δ d - δ²/2 further away.
Tensor mean_huber(const Tensor& t, const Tensor& p, double delta) {
    const Tensor distance = abs(p - t), near = minimum(distance, delta);
    return mean_per_sample(near * (distance - 0.5 * near));
}

// log(1 + 2 sinh²(d/2)) near 0, where |d| + log(1 + exp(-2 |d|)) - log 2 cancels.
Tensor log_of_cosh(const Tensor& d) {
    const Tensor distance = abs(d);
    const Tensor near = log1p(2 * square(sinh(0.5 * minimum(distance, 1))));
    const Tensor far = distance + softplus(-2 * distance) - std::numbers::ln2;
    return where(distance < 1, near, far);
}

// p - t log(p + ε), whose first term prevails where p is infinite.
Tensor poisson_of(const Tensor& t, const Tensor& p) {
    const Tensor likelihood = multiply_no_nan(log(p + epsilon), t);
    return where(p < std::numeric_limits<double>::infinity(), p - likelihood, p);
}

Tensor minus_cosine(const Tensor& t, const Tensor& p, Index axis) {
    return mean_per_sample(-sum(unit(t, axis) * unit(p, axis), axis));
}

// 1 − t p, at least 0.
Tensor margin_missed(const Tensor& t, const Tensor& p) {
    const Tensor zeros_and_ones = all(logical_or(equal(t, 0), equal(t, 1)));
    return maximum(1 - where(zeros_and_ones, 2 * t - 1, t) * p, 0);
}

}  // namespace

Tensor Loss::operator()(const Tensor& targets, const Tensor& predictions) const {
    if (from_logits_) refuse_probabilities(name(), predictions);
    switch (targets_) {
        case Targets::class_rows:
            want_classes(name(), predictions);
            [[fallthrough]];
        case Targets::like_predictions:
            return function_(match_targets(name(), targets, predictions), predictions);
        case Targets::class_indices:
            return function_(match_labels(name(), targets, predictions), predictions);
        case Targets::as_given:
            break;
    }
    return function_(detail::paired_targets(function_, targets, predictions), predictions);
}

constinit const Loss categorical_crossentropy{
    "categorical_crossentropy",
    [](const Tensor& t, const Tensor& p) {
        if (const Tensor x = logits_of_softmax(p); x.defined()) return crossentropy(t, x);
        return mean_per_sample(-sum(t * log_probabilities(p), -1));
    },
    Targets::class_rows};

constinit const Loss categorical_crossentropy_from_logits{"categorical_crossentropy", crossentropy,
                                                          Targets::class_rows, true};

constinit const Loss sparse_categorical_crossentropy{
    "sparse_categorical_crossentropy",
    [](const Tensor& labels, const Tensor& p) {
        if (const Tensor x = logits_of_softmax(p); x.defined()) return crossentropy(labels, x);
        const Tensor index = expand_dims(
            checked_indices("sparse_categorical_crossentropy", labels, p.shape().back()), -1);
        return mean_per_sample(-squeeze(take_along_axis(log_probabilities(p), index, -1), -1));
    },
    Targets::class_indices};

constinit const Loss sparse_categorical_crossentropy_from_logits{
    "sparse_categorical_crossentropy", crossentropy, Targets::class_indices, true};

constinit const Loss binary_crossentropy{
    "binary_crossentropy", [](const Tensor& t, const Tensor& predictions) {
        if (const Tensor x = logits_of_sigmoid(predictions); x.defined()) return binary(t, x);
        const Tensor p = clipped(predictions);
        return mean_per_sample(-(t * log(p) + (1 - t) * log(1 - p)));
    }};

constinit const Loss binary_crossentropy_from_logits{"binary_crossentropy", binary,
                                                     Targets::like_predictions, true};

constinit const Loss mean_squared_error{"mean_squared_error", [](const Tensor& t, const Tensor& p) {
                                            return mean_per_sample(square(p - t));
                                        }};

constinit const Loss mean_absolute_error{
    "mean_absolute_error",
    [](const Tensor& t, const Tensor& p) { return mean_per_sample(abs(p - t)); }};

constinit const Loss mean_squared_logarithmic_error{
    "mean_squared_logarithmic_error", [](const Tensor& t, const Tensor& p) {
        return mean_per_sample(square(log1p(maximum(t, epsilon)) - log1p(maximum(p, epsilon))));
    }};

constinit const Loss huber{"huber",
                           [](const Tensor& t, const Tensor& p) { return mean_huber(t, p, 1); }};

constinit const Loss log_cosh{"log_cosh", [](const Tensor& t, const Tensor& p) {
                                  return mean_per_sample(log_of_cosh(p - t));
                              }};

constinit const Loss poisson{
    "poisson", [](const Tensor& t, const Tensor& p) { return mean_per_sample(poisson_of(t, p)); }};

constinit const Loss kl_divergence{
    "kl_divergence", [](const Tensor& targets, const Tensor& predictions) {
        const Tensor t = clip(targets, epsilon, 1), p = clip(predictions, epsilon, 1);
        return mean_per_sample(sum(t * log(t / p), -1));
    }};

constinit const Loss cosine_similarity{
    "cosine_similarity", [](const Tensor& t, const Tensor& p) { return minus_cosine(t, p, -1); }};

constinit const Loss hinge{
    "hinge", [](const Tensor& t, const Tensor& p) { return mean_per_sample(margin_missed(t, p)); }};

constinit const Loss squared_hinge{"squared_hinge", [](const Tensor& t, const Tensor& p) {
                                       return mean_per_sample(square(margin_missed(t, p)));
                                   }};

constinit const Loss categorical_hinge{
    "categorical_hinge",
    [](const Tensor& t, const Tensor& p) {
        const Tensor right = sum(multiply_no_nan(p, t), -1);
        const Tensor best_wrong = max(multiply_no_nan(p, 1 - t), -1);
        return mean_per_sample(maximum(best_wrong - right + 1, 0));
    },
    Targets::class_rows};

const Loss& CategoricalCrossentropy(const CrossentropyOptions& options) {
    return options.from_logits ? categorical_crossentropy_from_logits : categorical_crossentropy;
}

const Loss& SparseCategoricalCrossentropy(const CrossentropyOptions& options) {
    return options.from_logits ? sparse_categorical_crossentropy_from_logits
                               : sparse_categorical_crossentropy;
}

const Loss& BinaryCrossentropy(const CrossentropyOptions& options) {
    return options.from_logits ? binary_crossentropy_from_logits : binary_crossentropy;
}

Loss Huber(const HuberOptions& options) {
    if (!(options.delta > 0))
        fail<ValueError>(huber.name(), "delta must be positive, got ", options.delta);
    return {[=](const Tensor& t, const Tensor& p) { return mean_huber(t, p, options.delta); },
            std::string(huber.name()), Targets::like_predictions};
}

Loss CosineSimilarity(const CosineSimilarityOptions& options) {
    return {[=](const Tensor& t, const Tensor& p) { return minus_cosine(t, p, options.axis); },
            std::string(cosine_similarity.name()), Targets::like_predictions};
}

Tensor mean_per_sample(const Tensor& x) {
    if (x.rank() <= 1) return x;
    std::vector<int> axes(static_cast<std::size_t>(x.rank() - 1));
    std::iota(axes.begin(), axes.end(), 1);
    return mean(x, Axes(std::move(axes)));
}

Tensor match_targets(std::string_view loss, const Tensor& targets, const Tensor& predictions) {
    const Tensor t =
        targets.dtype() == predictions.dtype() ? targets : targets.cast(predictions.dtype());
    const Shape& wanted = predictions.shape();
    if (t.shape() == wanted) return t;
    if (!detail::differ_by_a_column(t.shape(), wanted))
        fail<ShapeError>(loss, "targets ", targets.shape(), " don't fit predictions ", wanted,
                         t.rank() + 1 == wanted.rank() && wanted.back() > 1
                             ? ": class indices want a sparse_… loss, or to_categorical"
                             : "");
    return reshape(t, wanted);
}

void want_classes(std::string_view loss, const Tensor& predictions) {
    if (predictions.rank() == 0)
        fail<ShapeError>(loss, "predictions want a class axis, got a scalar");
    if (predictions.shape().back() < 2)
        fail<ShapeError>(loss, "predictions want a column for each of two classes or more, got ",
                         predictions.shape(), ": a single output is for binary losses and metrics");
}

Tensor match_labels(std::string_view loss, const Tensor& labels, const Tensor& predictions) {
    if (!is_integer(labels.dtype()))
        fail<DTypeError>(
            loss, "class indices are integers, got ", labels.spec(),
            ": cast them to i64, or use categorical_crossentropy for rows of probabilities");
    want_classes(loss, predictions);
    const Shape::Sizes all = predictions.shape().sizes();
    const Shape wanted(std::span<const Index>(all.begin(), all.end() - 1));
    if (labels.shape() != wanted && labels.shape() != predictions.shape().with_back(1))
        fail<ShapeError>(loss, "class indices ", labels.shape(), " don't fit predictions ",
                         predictions.shape(), ": wanted ", wanted);
    const Tensor l = labels.dtype() == i64 ? labels : labels.cast(i64);
    return l.shape() == wanted ? l : reshape(l, wanted);
}

}  // namespace shikumi::nn
