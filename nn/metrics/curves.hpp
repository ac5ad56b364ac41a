// Metrics over all thresholds: areas under curves, and points on them.
#pragma once

#include <optional>
#include <vector>

#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn {

/// The curve whose area AUC measures.
enum class Curve {
    ROC,  ///< recall over the share of false alarms
    PR    ///< precision over recall
};
/// Keras's name, "ROC" or "PR".
Config to_config(Curve value);
/// Reads Keras's name. Throws ValueError with the nearest names for any other.
void from_config(const Config& config, Curve& value, std::string_view reading);
/// How AUC takes the height between two points of the curve.
enum class SummationMethod {
    interpolation,  ///< the middle; of a PR curve J. Davis' and M. Goadrich's, ICML 2006
    minoring,       ///< the smaller one
    majoring        ///< the larger one
};
/// Keras's name, such as "interpolation".
Config to_config(SummationMethod value);
/// Reads Keras's name. Throws ValueError with the nearest names for any other.
void from_config(const Config& config, SummationMethod& value, std::string_view reading);

/// What AUC can be given.
struct AUCOptions {
    Index num_thresholds = 200;  ///< points of the curve, evenly over [0, 1]
    Curve curve = Curve::ROC;    ///< whose area it is
    SummationMethod summation_method = SummationMethod::interpolation;  ///< heights between points
    std::vector<double> thresholds = {};     ///< points of one's own, in [0, 1], beside 0 and 1
    bool multi_label = false;                ///< the mean of the columns' areas, not one area
    std::vector<double> label_weights = {};  ///< factors of the columns
    bool from_logits = false;                ///< sigmoid is still to be applied to the predictions
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<AUCOptions> auto& o) {
    fields("num_thresholds", o.num_thresholds);
    fields("curve", o.curve);
    fields("summation_method", o.summation_method);
    fields.or_null("thresholds", o.thresholds);
    fields("multi_label", o.multi_label);
    fields.or_null("label_weights", o.label_weights);
    fields("from_logits", o.from_logits);
}
/// The area under a curve; targets are 0 and 1. It is as near to the exact area as its points lie.
/// Throws ValueError for less than two points and for thresholds outside [0, 1].
Metric AUC(const AUCOptions& options = {});

/// What metrics that look for a point on a curve can be given.
struct AtThresholdOptions {
    Index num_thresholds = 200;          ///< points of the curve, evenly over [0, 1]
    std::optional<Index> class_id = {};  ///< the only column that counts; else all do
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<AtThresholdOptions> auto& o) {
    fields("num_thresholds", o.num_thresholds);
    fields("class_id", o.class_id);
}
/// The best recall where the share of negative targets that are found is at least `specificity`; 0
/// where it never is. All four throw ValueError unless their number lies in [0, 1].
Metric SensitivityAtSpecificity(double specificity, const AtThresholdOptions& options = {});
/// The largest share of negative targets that are found where the recall is at least
/// `sensitivity`.
Metric SpecificityAtSensitivity(double sensitivity, const AtThresholdOptions& options = {});
/// The best precision where the recall is at least `recall`.
Metric PrecisionAtRecall(double recall, const AtThresholdOptions& options = {});
/// The best recall where the precision is at least `precision`.
Metric RecallAtPrecision(double precision, const AtThresholdOptions& options = {});

}  // namespace shikumi::nn
