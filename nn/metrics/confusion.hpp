// Counts of right and wrong predictions of two classes, and their ratios.
#pragma once

#include <optional>
#include <vector>

#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn {

// Targets are 0 and 1, of the predictions' shape; all columns count together. A prediction is
// positive where it lies above the threshold; one threshold gives a number, several a vector.

/// What the counts can be given.
struct ConfusionOptions {
    std::vector<double> thresholds = {0.5};  ///< predictions above it are positive; in [0, 1]
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<ConfusionOptions> auto& o) {
    fields.or_null("thresholds", o.thresholds);
}
/// The weight of positive predictions whose target is positive.
Metric TruePositives(const ConfusionOptions& options = {});
/// The weight of negative predictions whose target is negative.
Metric TrueNegatives(const ConfusionOptions& options = {});
/// The weight of positive predictions whose target is negative.
Metric FalsePositives(const ConfusionOptions& options = {});
/// The weight of negative predictions whose target is positive.
Metric FalseNegatives(const ConfusionOptions& options = {});

/// What Precision and Recall can be given.
struct PrecisionOptions {
    std::vector<double> thresholds = {};  ///< empty: 0.5, or none beside top_k
    std::optional<Index> top_k = {};      ///< only the k largest entries of a row can be positive
    std::optional<Index> class_id = {};   ///< the only column that counts; else all do
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<PrecisionOptions> auto& o) {
    fields.or_null("thresholds", o.thresholds);
    fields("top_k", o.top_k);
    fields("class_id", o.class_id);
}
/// The share of positive predictions that are right; 0 where there is none.
Metric Precision(const PrecisionOptions& options = {});
/// The share of positive targets that are found; 0 where there is none.
Metric Recall(const PrecisionOptions& options = {});

}  // namespace shikumi::nn
