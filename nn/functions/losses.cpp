#include <shikumi/nn/functions/losses.hpp>

#include <numbers>
#include <numeric>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

constexpr double epsilon = 1e-7;

Tensor clipped(const Tensor& probabilities) { return clip(probabilities, epsilon, 1 - epsilon); }

Tensor log_probabilities(const Tensor& p) { return log(clipped(p / sum(p, -1, true))); }

Shape with_column(const Shape& shape) {
    Shape::Sizes sizes = shape.sizes();
    sizes.push_back(1);
    return Shape(std::span<const Index>(sizes));
}

// A softmax before a loss that applies its own is a mistake which still trains, only badly.
void refuse_probabilities(std::string_view loss, const Tensor& logits) {
    if (logits_of_softmax(logits).defined() || logits_of_sigmoid(logits).defined())
        fail<ValueError>(loss,
                         "wants logits, but softmax or sigmoid was applied to the predictions "
                         "already: leave it out, or use the loss without from_logits");
}

Tensor categorical_from_logits(std::string_view loss, const Tensor& targets, const Tensor& logits) {
    return mean_per_sample(cross_entropy_each(logits, match_targets(loss, targets, logits)));
}

Tensor sparse_from_logits(std::string_view loss, const Tensor& labels, const Tensor& logits) {
    return mean_per_sample(cross_entropy_each(logits, match_labels(loss, labels, logits)));
}

Tensor binary_from_logits(std::string_view loss, const Tensor& targets, const Tensor& logits) {
    return mean_per_sample(binary_cross_entropy_each(logits, match_targets(loss, targets, logits)));
}

Tensor mean_huber(const Tensor& targets, const Tensor& p, double delta) {
    const Tensor distance = abs(p - match_targets("huber", targets, p));
    return mean_per_sample(
        where(distance <= delta, square(distance) * 0.5, distance * delta - 0.5 * delta * delta));
}

Tensor unit(const Tensor& x, int axis) {
    return x * rsqrt(maximum(sum(square(x), axis, true), epsilon));
}

Tensor minus_cosine(const Tensor& targets, const Tensor& p, int axis) {
    const Tensor t = match_targets("cosine_similarity", targets, p);
    return mean_per_sample(-sum(unit(t, axis) * unit(p, axis), axis));
}

// 1 − t p, at least 0.
Tensor margin_missed(std::string_view loss, const Tensor& targets, const Tensor& p) {
    const Tensor t = match_targets(loss, targets, p);
    const Tensor zeros_and_ones = all(logical_or(equal(t, 0), equal(t, 1)));
    return maximum(1 - where(zeros_and_ones, 2 * t - 1, t) * p, 0);
}

}  // namespace

constinit const NamedLoss categorical_crossentropy{
    "categorical_crossentropy", [](const Tensor& targets, const Tensor& p) {
        constexpr auto loss = "categorical_crossentropy";
        if (const Tensor x = logits_of_softmax(p); x.defined())
            return categorical_from_logits(loss, targets, x);
        return mean_per_sample(-sum(match_targets(loss, targets, p) * log_probabilities(p), -1));
    }};

constinit const NamedLoss categorical_crossentropy_from_logits{
    "categorical_crossentropy",
    [](const Tensor& targets, const Tensor& logits) {
        constexpr auto loss = "categorical_crossentropy";
        refuse_probabilities(loss, logits);
        return categorical_from_logits(loss, targets, logits);
    },
    Targets::like_predictions, true};

constinit const NamedLoss sparse_categorical_crossentropy{
    "sparse_categorical_crossentropy",
    [](const Tensor& labels, const Tensor& p) {
        constexpr auto loss = "sparse_categorical_crossentropy";
        if (const Tensor x = logits_of_softmax(p); x.defined())
            return sparse_from_logits(loss, labels, x);
        const Tensor index = expand_dims(match_labels(loss, labels, p), -1);
        return mean_per_sample(-squeeze(take_along_axis(log_probabilities(p), index, -1), -1));
    },
    Targets::class_indices};

constinit const NamedLoss sparse_categorical_crossentropy_from_logits{
    "sparse_categorical_crossentropy",
    [](const Tensor& labels, const Tensor& logits) {
        constexpr auto loss = "sparse_categorical_crossentropy";
        refuse_probabilities(loss, logits);
        return sparse_from_logits(loss, labels, logits);
    },
    Targets::class_indices, true};

constinit const NamedLoss binary_crossentropy{
    "binary_crossentropy", [](const Tensor& targets, const Tensor& predictions) {
        constexpr auto loss = "binary_crossentropy";
        if (const Tensor x = logits_of_sigmoid(predictions); x.defined())
            return binary_from_logits(loss, targets, x);
        const Tensor p = clipped(predictions);
        const Tensor t = match_targets(loss, targets, p);
        return mean_per_sample(-(t * log(p) + (1 - t) * log(1 - p)));
    }};

constinit const NamedLoss binary_crossentropy_from_logits{
    "binary_crossentropy",
    [](const Tensor& targets, const Tensor& logits) {
        constexpr auto loss = "binary_crossentropy";
        refuse_probabilities(loss, logits);
        return binary_from_logits(loss, targets, logits);
    },
    Targets::like_predictions, true};

constinit const NamedLoss mean_squared_error{
    "mean_squared_error", [](const Tensor& targets, const Tensor& p) {
        return mean_per_sample(square(p - match_targets("mean_squared_error", targets, p)));
    }};

constinit const NamedLoss mean_absolute_error{
    "mean_absolute_error", [](const Tensor& targets, const Tensor& p) {
        return mean_per_sample(abs(p - match_targets("mean_absolute_error", targets, p)));
    }};

constinit const NamedLoss mean_squared_logarithmic_error{
    "mean_squared_logarithmic_error", [](const Tensor& targets, const Tensor& p) {
        const Tensor t = match_targets("mean_squared_logarithmic_error", targets, p);
        return mean_per_sample(square(log1p(maximum(t, epsilon)) - log1p(maximum(p, epsilon))));
    }};

constinit const NamedLoss huber{
    "huber", [](const Tensor& targets, const Tensor& p) { return mean_huber(targets, p, 1); }};

constinit const NamedLoss log_cosh{
    "log_cosh", [](const Tensor& targets, const Tensor& p) {
        const Tensor d = p - match_targets("log_cosh", targets, p);
        return mean_per_sample(d + softplus(-2 * d) - std::numbers::ln2);
    }};

constinit const NamedLoss poisson{"poisson", [](const Tensor& targets, const Tensor& p) {
                                      const Tensor t = match_targets("poisson", targets, p);
                                      return mean_per_sample(p - t * log(p + epsilon));
                                  }};

constinit const NamedLoss kl_divergence{
    "kl_divergence", [](const Tensor& targets, const Tensor& predictions) {
        const Tensor t = clip(match_targets("kl_divergence", targets, predictions), epsilon, 1);
        const Tensor p = clip(predictions, epsilon, 1);
        return mean_per_sample(sum(t * log(t / p), -1));
    }};

constinit const NamedLoss cosine_similarity{
    "cosine_similarity",
    [](const Tensor& targets, const Tensor& p) { return minus_cosine(targets, p, -1); }};

constinit const NamedLoss hinge{"hinge", [](const Tensor& targets, const Tensor& p) {
                                    return mean_per_sample(margin_missed("hinge", targets, p));
                                }};

constinit const NamedLoss squared_hinge{
    "squared_hinge", [](const Tensor& targets, const Tensor& p) {
        return mean_per_sample(square(margin_missed("squared_hinge", targets, p)));
    }};

constinit const NamedLoss categorical_hinge{
    "categorical_hinge", [](const Tensor& targets, const Tensor& p) {
        const Tensor t = match_targets("categorical_hinge", targets, p);
        const Tensor right = sum(t * p, -1), best_wrong = max((1 - t) * p, -1);
        return mean_per_sample(maximum(best_wrong - right + 1, 0));
    }};

const NamedLoss& CategoricalCrossentropy(const CrossentropyOptions& options) {
    return options.from_logits ? categorical_crossentropy_from_logits : categorical_crossentropy;
}

const NamedLoss& SparseCategoricalCrossentropy(const CrossentropyOptions& options) {
    return options.from_logits ? sparse_categorical_crossentropy_from_logits
                               : sparse_categorical_crossentropy;
}

const NamedLoss& BinaryCrossentropy(const CrossentropyOptions& options) {
    return options.from_logits ? binary_crossentropy_from_logits : binary_crossentropy;
}

Loss Huber(const HuberOptions& options) {
    if (!(options.delta > 0))
        fail<ValueError>("huber", "delta must be positive, got ", options.delta);
    return {[=](const Tensor& targets, const Tensor& p) {
                return mean_huber(targets, p, options.delta);
            },
            "huber", Targets::like_predictions};
}

Loss CosineSimilarity(const CosineSimilarityOptions& options) {
    return {[=](const Tensor& targets, const Tensor& p) {
                return minus_cosine(targets, p, options.axis);
            },
            "cosine_similarity", Targets::like_predictions};
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
    // A single output: (N,) and (N, 1) mean the same.
    const Shape& longer = t.rank() > wanted.rank() ? t.shape() : wanted;
    const Shape& shorter = t.rank() > wanted.rank() ? wanted : t.shape();
    const bool column = shorter.rank() >= 1 && longer == with_column(shorter);
    if (!column)
        fail<ShapeError>(loss, "targets ", targets.shape(), " don't fit predictions ", wanted,
                         t.rank() + 1 == wanted.rank() && wanted.back() > 1
                             ? ": class indices want a sparse_… loss, or to_categorical"
                             : "");
    return reshape(t, wanted);
}

Tensor match_labels(std::string_view loss, const Tensor& labels, const Tensor& predictions) {
    if (!is_integer(labels.dtype()))
        fail<DTypeError>(
            loss, "class indices are integers, got ", labels.spec(),
            ": cast them to i64, or use categorical_crossentropy for rows of probabilities");
    const Shape::Sizes all = predictions.shape().sizes();
    if (all.rank() == 0) fail<ShapeError>(loss, "predictions want a class axis, got a scalar");
    const Shape wanted(std::span<const Index>(all.begin(), all.end() - 1));
    if (labels.shape() != wanted && labels.shape() != predictions.shape().with_back(1))
        fail<ShapeError>(loss, "class indices ", labels.shape(), " don't fit predictions ",
                         predictions.shape(), ": wanted ", wanted);
    const Tensor l = labels.dtype() == i64 ? labels : labels.cast(i64);
    return l.shape() == wanted ? l : reshape(l, wanted);
}

}  // namespace shikumi::nn
