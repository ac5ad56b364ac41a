#include <shikumi/nn/metrics/accuracy.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/targets.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::checked_indices;

Tensor binary(const Tensor& targets, const Tensor& predictions, double threshold) {
    const Tensor t = match_targets("binary_accuracy", targets, predictions);
    const Tensor classes = checked_indices("binary_accuracy", t, 2);
    const Tensor right = equal(classes, (predictions > threshold).cast(i64));
    return mean_of_last(right.cast(predictions.dtype()));
}

Tensor class_of_rows(std::string_view metric, const Tensor& targets, const Tensor& predictions) {
    want_classes(metric, predictions);
    return argmax(match_targets(metric, targets, predictions), -1);
}

Tensor class_of_indices(std::string_view metric, const Tensor& targets, const Tensor& predictions) {
    return checked_indices("sparse_categorical_accuracy",
                           match_labels(metric, targets, predictions), predictions.shape().back());
}

Tensor at_the_top(const Tensor& classes, const Tensor& predictions) {
    return equal(classes, argmax(predictions, -1)).cast(predictions.dtype());
}

// Whether fewer than k entries are larger than that of the class.
Tensor among_top(const Tensor& classes, const Tensor& predictions, Index k) {
    const Tensor own = take_along_axis(predictions, expand_dims(classes, -1), -1);
    return (sum((predictions > own).cast(i64), -1) < k).cast(predictions.dtype());
}

void check_k(std::string_view metric, Index k) {
    if (k <= 0) fail<ValueError>(metric, "k must be positive, got ", k);
}

}  // namespace

constinit const Metric binary_accuracy{
    "binary_accuracy", +[](const Tensor& t, const Tensor& p) { return binary(t, p, 0.5); }};

constinit const Metric categorical_accuracy{
    "categorical_accuracy", +[](const Tensor& t, const Tensor& p) {
        return at_the_top(class_of_rows(categorical_accuracy.name(), t, p), p);
    }};

constinit const Metric sparse_categorical_accuracy{
    "sparse_categorical_accuracy", +[](const Tensor& t, const Tensor& p) {
        return at_the_top(class_of_indices(sparse_categorical_accuracy.name(), t, p), p);
    }};

constinit const Metric accuracy{
    "accuracy", +[](const Tensor& t, const Tensor& p) {
        if (p.rank() <= 1 || p.shape().back() == 1) return binary(t, p, 0.5);
        return at_the_top(t.shape() == p.shape()
                              ? class_of_rows(categorical_accuracy.name(), t, p)
                              : class_of_indices(sparse_categorical_accuracy.name(), t, p),
                          p);
    }};

constinit const Metric top_k_categorical_accuracy{
    "top_k_categorical_accuracy", +[](const Tensor& t, const Tensor& p) {
        return among_top(class_of_rows(top_k_categorical_accuracy.name(), t, p), p, 5);
    }};

constinit const Metric sparse_top_k_categorical_accuracy{
    "sparse_top_k_categorical_accuracy", +[](const Tensor& t, const Tensor& p) {
        return among_top(class_of_indices(sparse_top_k_categorical_accuracy.name(), t, p), p, 5);
    }};

Metric Accuracy() {
    return {[](const Tensor& targets, const Tensor& p) {
                const Tensor t = match_targets("accuracy", targets, p);
                return mean_of_last(equal(t, p).cast(f64));
            },
            "accuracy", Config::Object{}};
}

Metric BinaryAccuracy(const BinaryAccuracyOptions& options) {
    return {[threshold = options.threshold](const Tensor& t, const Tensor& p) {
                return binary(t, p, threshold);
            },
            std::string(binary_accuracy.name()), ConfigWriter().fields(options)};
}

Metric CategoricalAccuracy() { return categorical_accuracy; }

Metric SparseCategoricalAccuracy() { return sparse_categorical_accuracy; }

Metric TopKCategoricalAccuracy(const TopKAccuracyOptions& options) {
    const std::string_view name = top_k_categorical_accuracy.name();
    check_k(name, options.k);
    return {[name, k = options.k](const Tensor& t, const Tensor& p) {
                return among_top(class_of_rows(name, t, p), p, k);
            },
            std::string(name), ConfigWriter().fields(options)};
}

Metric SparseTopKCategoricalAccuracy(const TopKAccuracyOptions& options) {
    const std::string_view name = sparse_top_k_categorical_accuracy.name();
    check_k(name, options.k);
    return {[name, k = options.k](const Tensor& t, const Tensor& p) {
                return among_top(class_of_indices(name, t, p), p, k);
            },
            std::string(name), ConfigWriter().fields(options)};
}

}  // namespace shikumi::nn
