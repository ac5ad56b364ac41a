#include <shikumi/nn/metrics/accuracy.hpp>

#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/targets.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::checked_indices;

Tensor share(const Tensor& right, const Tensor& predictions) {
    return mean_per_sample(right.cast(predictions.dtype()));
}

}  // namespace

constinit const Metric binary_accuracy{
    "binary_accuracy", +[](const Tensor& targets, const Tensor& predictions) {
        const Tensor t = match_targets(binary_accuracy.name(), targets, predictions);
        const Tensor classes = checked_indices("binary_accuracy", t, 2);
        return share(equal(classes, (predictions > 0.5).cast(i64)), predictions);
    }};

constinit const Metric categorical_accuracy{
    "categorical_accuracy", +[](const Tensor& targets, const Tensor& predictions) {
        want_classes(categorical_accuracy.name(), predictions);
        const Tensor t = match_targets(categorical_accuracy.name(), targets, predictions);
        return share(equal(argmax(t, -1), argmax(predictions, -1)), predictions);
    }};

constinit const Metric sparse_categorical_accuracy{
    "sparse_categorical_accuracy", +[](const Tensor& targets, const Tensor& predictions) {
        const Tensor labels =
            checked_indices("sparse_categorical_accuracy",
                            match_labels(sparse_categorical_accuracy.name(), targets, predictions),
                            predictions.shape().back());
        return share(equal(labels, argmax(predictions, -1)), predictions);
    }};

constinit const Metric accuracy{"accuracy", +[](const Tensor& targets, const Tensor& predictions) {
                                    const Shape& shape = predictions.shape();
                                    if (shape.rank() <= 1 || shape.back() == 1)
                                        return binary_accuracy(targets, predictions);
                                    return targets.shape() == shape
                                               ? categorical_accuracy(targets, predictions)
                                               : sparse_categorical_accuracy(targets, predictions);
                                }};

}  // namespace shikumi::nn
