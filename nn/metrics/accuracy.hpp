// Accuracies: the share of right predictions.
#pragma once

#include <shikumi/autograd/ops/arguments.hpp>
#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn {

// All throw ShapeError where targets and predictions don't fit, and for one column of classes. A
// target that is no class throws ValueError when it is evaluated.

/// The share of right predictions, chosen from the shapes as Keras does: a single output counts as
/// class 1 above 0.5; rows like the predictions are compared by their largest entry; anything else
/// is class indices. As in Keras, 0.5 is also the threshold of a model that gives logits, whose own
/// would be 0: give such a model `BinaryAccuracy({.threshold = 0})`.
extern const Metric accuracy;
/// The share of predictions that lie on the same side of 0.5 as their targets, which are 0 or 1. A
/// prediction of 0.5 counts as 0.
extern const Metric binary_accuracy;
/// The share of rows whose largest entry stands where that of the targets' row stands; of equal
/// ones the first counts.
extern const Metric categorical_accuracy;
/// The share of rows whose largest entry stands at the target, a class index. Throws DTypeError
/// unless the targets are integers.
extern const Metric sparse_categorical_accuracy;
/// `TopKCategoricalAccuracy` of the 5 largest entries.
extern const Metric top_k_categorical_accuracy;
/// `SparseTopKCategoricalAccuracy` of the 5 largest entries.
extern const Metric sparse_top_k_categorical_accuracy;

/// The share of predictions that equal their targets: for labels, not for probabilities.
Metric Accuracy();

/// What BinaryAccuracy can be given.
struct BinaryAccuracyOptions {
    double threshold = 0.5;  ///< predictions above it count as 1
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<BinaryAccuracyOptions> auto& o) {
    fields("threshold", o.threshold);
}
/// `binary_accuracy`, with another threshold.
Metric BinaryAccuracy(const BinaryAccuracyOptions& options = {});
/// `categorical_accuracy`.
Metric CategoricalAccuracy();
/// `sparse_categorical_accuracy`.
Metric SparseCategoricalAccuracy();

/// What TopKCategoricalAccuracy and SparseTopKCategoricalAccuracy can be given.
struct TopKAccuracyOptions {
    Index k = 5;  ///< how many of the largest entries count as the prediction
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<TopKAccuracyOptions> auto& o) { fields("k", o.k); }
/// The share of rows where the target, the largest entry of the targets' row, is among the k
/// largest entries. Equal entries count as in. Throws ValueError unless k is positive.
Metric TopKCategoricalAccuracy(const TopKAccuracyOptions& options = {});
/// The same where targets are class indices.
Metric SparseTopKCategoricalAccuracy(const TopKAccuracyOptions& options = {});

}  // namespace shikumi::nn
