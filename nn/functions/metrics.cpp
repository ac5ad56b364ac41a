#include <shikumi/nn/functions/metrics.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/functions/losses.hpp>

namespace shikumi::nn {

namespace {

Tensor share(const Tensor& right, const Tensor& predictions) {
    return mean_per_sample(right.cast(predictions.dtype()));
}

Tensor binary(const Tensor& targets, const Tensor& predictions) {
    const Tensor t = match_targets("binary_accuracy", targets, predictions);
    return share(equal(t, (predictions > 0.5).cast(t.dtype())), predictions);
}

Tensor categorical(const Tensor& targets, const Tensor& predictions) {
    const Tensor t = match_targets("categorical_accuracy", targets, predictions);
    return share(equal(argmax(t, -1), argmax(predictions, -1)), predictions);
}

Tensor sparse(const Tensor& targets, const Tensor& predictions) {
    const Tensor labels = match_labels("sparse_categorical_accuracy", targets, predictions);
    return share(equal(labels, argmax(predictions, -1)), predictions);
}

Tensor chosen_by_shape(const Tensor& targets, const Tensor& predictions) {
    const Shape& shape = predictions.shape();
    if (shape.rank() <= 1 || shape.back() == 1) return binary(targets, predictions);
    return targets.shape() == shape ? categorical(targets, predictions)
                                    : sparse(targets, predictions);
}

}  // namespace

constinit const NamedMetric accuracy{"accuracy", chosen_by_shape};
constinit const NamedMetric binary_accuracy{"binary_accuracy", binary};
constinit const NamedMetric categorical_accuracy{"categorical_accuracy", categorical};
constinit const NamedMetric sparse_categorical_accuracy{"sparse_categorical_accuracy", sparse};

}  // namespace shikumi::nn
