// Accuracies: the share of right predictions.
#pragma once

#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn {

/// The share of right predictions, chosen from the shapes as Keras does: a single output counts as
/// class 1 above 0.5; rows like the predictions are compared by their largest entry; anything else
/// is class indices. As in Keras, 0.5 is also the threshold of a model that gives logits, whose own
/// would be 0: give such a model a metric `{"accuracy", f}` of its own.
///
/// All four throw ShapeError where targets and predictions don't fit, and for one column of
/// classes. A target that is no class throws ValueError when it is evaluated.
extern const Metric accuracy;
/// The share of predictions that lie on the same side of 0.5 as their targets, which are 0 or 1.
extern const Metric binary_accuracy;
/// The share of rows whose largest entry stands where that of the targets' row stands.
extern const Metric categorical_accuracy;
/// The share of rows whose largest entry stands at the target, a class index. Throws DTypeError
/// unless the targets are integers.
extern const Metric sparse_categorical_accuracy;

}  // namespace shikumi::nn
