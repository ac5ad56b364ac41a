#include <shikumi/nn/losses/crossentropy.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/logits.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/smoothing.hpp>
#include <shikumi/nn/losses/targets.hpp>

namespace shikumi::nn {

namespace {

using detail::check_smoothing;
using detail::clipped;
using detail::smoothed;
using shikumi::detail::checked_indices;
using shikumi::detail::logits_of_sigmoid;
using shikumi::detail::logits_of_softmax;

Tensor from_logits(const Tensor& targets, const Tensor& logits) {
    return cross_entropy_each(logits, targets);
}

Tensor categorical(const Tensor& t, const Tensor& p) {
    if (const Tensor x = logits_of_softmax(p); x.defined()) return from_logits(t, x);
    return -sum(t * log(clipped(p / sum(p, -1, true))), -1);
}

// Softmax of log p divides p by its sum.
Tensor sparse(const Tensor& labels, const Tensor& p) {
    const Tensor checked =
        checked_indices("sparse_categorical_crossentropy", labels, p.shape().back());
    const Tensor x = logits_of_softmax(p);
    return from_logits(checked, x.defined() ? x : log(clipped(p)));
}

Tensor binary_from_logits(const Tensor& targets, const Tensor& logits) {
    return mean_of_last(binary_cross_entropy_each(logits, targets));
}

Tensor binary(const Tensor& t, const Tensor& predictions) {
    if (const Tensor x = logits_of_sigmoid(predictions); x.defined())
        return binary_from_logits(t, x);
    const Tensor p = clipped(predictions);
    return mean_of_last(-(t * log(p) + (1 - t) * log(1 - p)));
}

Tensor generalized(const Tensor& labels, const Tensor& p, double q) {
    const Tensor index = expand_dims(
        checked_indices("categorical_generalized_cross_entropy", labels, p.shape().back()), -1);
    return (1 - pow(squeeze(take_along_axis(p, index, -1), -1), q)) / q;
}

}  // namespace

constinit const Loss categorical_crossentropy{"categorical_crossentropy", categorical,
                                              Targets::class_rows};

constinit const Loss categorical_crossentropy_from_logits{"categorical_crossentropy", from_logits,
                                                          Targets::class_rows, true};

constinit const Loss sparse_categorical_crossentropy{"sparse_categorical_crossentropy", sparse,
                                                     Targets::class_indices};

constinit const Loss sparse_categorical_crossentropy_from_logits{
    "sparse_categorical_crossentropy", from_logits, Targets::class_indices, true};

constinit const Loss binary_crossentropy{"binary_crossentropy", binary};

constinit const Loss binary_crossentropy_from_logits{"binary_crossentropy", binary_from_logits,
                                                     Targets::like_predictions, true};

constinit const Loss categorical_generalized_cross_entropy{
    "categorical_generalized_cross_entropy",
    [](const Tensor& labels, const Tensor& p) { return generalized(labels, p, 0.5); },
    Targets::class_indices};

Loss CategoricalCrossentropy(const CrossentropyOptions& options) {
    check_smoothing(categorical_crossentropy.name(), options.label_smoothing);
    const auto values = options.from_logits ? from_logits : categorical;
    return {[=, a = options.label_smoothing](const Tensor& t, const Tensor& p) {
                return values(smoothed(t, a, p.shape().back()), p);
            },
            std::string(categorical_crossentropy.name()),
            {.targets = Targets::class_rows,
             .from_logits = options.from_logits,
             .axis = options.axis,
             .reduction = options.reduction},
            ConfigWriter().fields(options)};
}

Loss BinaryCrossentropy(const CrossentropyOptions& options) {
    check_smoothing(binary_crossentropy.name(), options.label_smoothing);
    const auto values = options.from_logits ? binary_from_logits : binary;
    return {[=, a = options.label_smoothing](const Tensor& t, const Tensor& p) {
                return values(smoothed(t, a, 2), p);
            },
            std::string(binary_crossentropy.name()),
            {.targets = Targets::like_predictions,
             .from_logits = options.from_logits,
             .axis = options.axis,
             .reduction = options.reduction},
            ConfigWriter().fields(options)};
}

Loss SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions& options) {
    return {options.from_logits ? from_logits : sparse,
            std::string(sparse_categorical_crossentropy.name()),
            {.targets = Targets::class_indices,
             .from_logits = options.from_logits,
             .axis = options.axis,
             .ignore_class = options.ignore_class,
             .reduction = options.reduction},
            ConfigWriter().fields(options)};
}

Loss CategoricalGeneralizedCrossEntropy(const GeneralizedCrossEntropyOptions& options) {
    const std::string_view name = categorical_generalized_cross_entropy.name();
    if (!(options.q > 0 && options.q <= 1))
        fail<ValueError>(name, "q must lie in (0, 1], got ", options.q);
    return {[q = options.q](const Tensor& labels, const Tensor& p) {
                return generalized(labels, p, q);
            },
            std::string(name),
            {.targets = Targets::class_indices, .reduction = options.reduction},
            ConfigWriter().fields(options)};
}

}  // namespace shikumi::nn
