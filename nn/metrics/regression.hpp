// Metrics of numbers. Losses of numbers are metrics, too: `nn::mean_absolute_error`.
#pragma once

#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn {

/// √ of the mean of (t − p)² over everything that was seen.
Metric RootMeanSquaredError();
/// The mean of log cosh(p − t), called "logcosh".
Metric LogCoshError();

/// What metrics along an axis can be given.
struct AlongAxisOptions {
    int axis = -1;  ///< along which they are computed
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<AlongAxisOptions> auto& o) { fields("axis", o.axis); }
/// The mean cosine of the angle between targets and predictions along an axis: plus the cosine,
/// where the loss of that name is minus it.
Metric MeanCosineSimilarity(const AlongAxisOptions& options = {});
/// The mean of Pearson's correlation of targets and predictions along an axis; NaN where one of
/// them is constant.
Metric PearsonCorrelation(const AlongAxisOptions& options = {});
/// The mean of 2 cov/(var t + var p + (mean t − mean p)²) along an axis, with 1e-7 added to the
/// denominator: L. Lin, Biometrics 45, 1989.
Metric ConcordanceCorrelation(const AlongAxisOptions& options = {});

/// How R2Score takes its columns together.
enum class ClassAggregation {
    none,                      ///< they stay apart: a vector
    uniform_average,           ///< their mean
    variance_weighted_average  ///< their mean, weighed by the variance of the targets
};
/// Keras's name, such as "uniform_average"; nothing for none.
Config to_config(ClassAggregation value);
/// Reads Keras's name; nothing is none. Throws ValueError with the nearest names for any other.
void from_config(const Config& config, ClassAggregation& value, std::string_view reading);
/// What R2Score can be given.
struct R2ScoreOptions {
    ClassAggregation class_aggregation = ClassAggregation::uniform_average;  ///< of the columns
    Index num_regressors = 0;  ///< corrects the score for so many independent variables
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<R2ScoreOptions> auto& o) {
    fields("class_aggregation", o.class_aggregation);
    fields("num_regressors", o.num_regressors);
}
/// 1 − Σ (t − p)²/Σ (t − mean t)² of each column, for targets and predictions (N, K). Where all
/// targets are the same, the score is 0, or NaN if the predictions are right, as in Keras. Throws
/// ValueError for a negative number of regressors.
Metric R2Score(const R2ScoreOptions& options = {});

}  // namespace shikumi::nn
