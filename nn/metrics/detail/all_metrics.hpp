// Every metric that has a name, for look-ups and for files.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include <shikumi/nn/losses/crossentropy.hpp>
#include <shikumi/nn/losses/hinge.hpp>
#include <shikumi/nn/losses/probabilistic.hpp>
#include <shikumi/nn/losses/regression.hpp>
#include <shikumi/nn/metrics/accuracy.hpp>
#include <shikumi/nn/metrics/confusion.hpp>
#include <shikumi/nn/metrics/curves.hpp>
#include <shikumi/nn/metrics/f_score.hpp>
#include <shikumi/nn/metrics/iou.hpp>
#include <shikumi/nn/metrics/mean.hpp>
#include <shikumi/nn/metrics/regression.hpp>

namespace shikumi::nn::detail {

/// The function's name, the class's, and short ones.
using MetricNames = std::array<std::string_view, 4>;

/// A metric with options, and the constant with the usual ones, where there is one.
template <class Options>
struct MetricEntry {
    constexpr MetricEntry(Metric (*own_make)(const Options& options), const MetricNames& own_names,
                          const Metric* own_constant = nullptr)
        : make(own_make), names(own_names), constant(own_constant) {}
    Metric usual() const { return make(Options()); }
    Metric read(ConfigReader& fields) const { return make(fields.fields<Options>()); }

    Metric (*make)(const Options& options);
    MetricNames names;
    const Metric* constant;
    const Loss* loss = nullptr;
};

/// A metric without options.
struct PlainMetricEntry {
    Metric usual() const { return make(); }
    Metric read(ConfigReader&) const { return make(); }

    Metric (*make)();
    MetricNames names;
    const Metric* constant = nullptr;
    const Loss* loss = nullptr;
};

/// The mean of a loss.
struct LossMetricEntry {
    Metric usual() const { return *loss; }

    const Loss* loss;
    MetricNames names;
    const Metric* constant = nullptr;
};

/// A point on a curve, where one number is given.
struct PointMetricEntry {
    Metric read(ConfigReader& fields) const {
        const auto at = fields.get<double>(number);
        return make(at, fields.fields<AtThresholdOptions>());
    }

    Metric (*make)(double number, const AtThresholdOptions& options);
    std::string_view number;
    MetricNames names;
    const Metric* constant = nullptr;
    const Loss* loss = nullptr;
};

/// Metrics that a name alone stands for.
inline constexpr std::tuple all_metrics{
    PlainMetricEntry{Accuracy, {"accuracy", "Accuracy", "acc"}},
    MetricEntry{AUC, {"auc", "AUC"}},
    MetricEntry{BinaryAccuracy, {"binary_accuracy", "BinaryAccuracy"}, &binary_accuracy},
    LossMetricEntry{&binary_crossentropy,
                    {"binary_crossentropy", "BinaryCrossentropy", "bce", "BCE"}},
    PlainMetricEntry{CategoricalAccuracy,
                     {"categorical_accuracy", "CategoricalAccuracy"},
                     &categorical_accuracy},
    LossMetricEntry{&categorical_crossentropy,
                    {"categorical_crossentropy", "CategoricalCrossentropy"}},
    LossMetricEntry{&categorical_hinge, {"categorical_hinge", "CategoricalHinge"}},
    MetricEntry{ConcordanceCorrelation, {"concordance_correlation", "ConcordanceCorrelation"}},
    MetricEntry{MeanCosineSimilarity, {"cosine_similarity", "CosineSimilarity"}},
    MetricEntry{F1Score, {"f1_score", "F1Score"}},
    MetricEntry{FBetaScore, {"fbeta_score", "FBetaScore"}},
    MetricEntry{FalseNegatives, {"false_negatives", "FalseNegatives"}},
    MetricEntry{FalsePositives, {"false_positives", "FalsePositives"}},
    LossMetricEntry{&hinge, {"hinge", "Hinge"}},
    LossMetricEntry{&huber, {"huber", "Huber"}},
    LossMetricEntry{&kl_divergence, {"kl_divergence", "KLDivergence", "kld", "KLD"}},
    LossMetricEntry{&log_cosh, {"logcosh", "LogCoshError"}},
    PlainMetricEntry{Mean, {"mean", "Mean"}},
    LossMetricEntry{&mean_absolute_error,
                    {"mean_absolute_error", "MeanAbsoluteError", "mae", "MAE"}},
    LossMetricEntry{
        &mean_absolute_percentage_error,
        {"mean_absolute_percentage_error", "MeanAbsolutePercentageError", "mape", "MAPE"}},
    LossMetricEntry{&mean_squared_error, {"mean_squared_error", "MeanSquaredError", "mse", "MSE"}},
    LossMetricEntry{
        &mean_squared_logarithmic_error,
        {"mean_squared_logarithmic_error", "MeanSquaredLogarithmicError", "msle", "MSLE"}},
    MetricEntry{PearsonCorrelation, {"pearson_correlation", "PearsonCorrelation"}},
    LossMetricEntry{&poisson, {"poisson", "Poisson"}},
    MetricEntry{Precision, {"precision", "Precision"}},
    MetricEntry{R2Score, {"r2_score", "R2Score"}},
    MetricEntry{Recall, {"recall", "Recall"}},
    PlainMetricEntry{RootMeanSquaredError,
                     {"root_mean_squared_error", "RootMeanSquaredError", "rmse", "RMSE"}},
    PlainMetricEntry{SparseCategoricalAccuracy,
                     {"sparse_categorical_accuracy", "SparseCategoricalAccuracy"},
                     &sparse_categorical_accuracy},
    LossMetricEntry{&sparse_categorical_crossentropy,
                    {"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"}},
    MetricEntry{SparseTopKCategoricalAccuracy,
                {"sparse_top_k_categorical_accuracy", "SparseTopKCategoricalAccuracy"},
                &sparse_top_k_categorical_accuracy},
    LossMetricEntry{&squared_hinge, {"squared_hinge", "SquaredHinge"}},
    PlainMetricEntry{Sum, {"sum", "Sum"}},
    MetricEntry{TopKCategoricalAccuracy,
                {"top_k_categorical_accuracy", "TopKCategoricalAccuracy"},
                &top_k_categorical_accuracy},
    MetricEntry{TrueNegatives, {"true_negatives", "TrueNegatives"}},
    MetricEntry{TruePositives, {"true_positives", "TruePositives"}},
};

/// Metrics that must be told something.
inline constexpr std::tuple metrics_of_arguments{
    MetricEntry{BinaryIoU, {"binary_io_u", "BinaryIoU"}},
    MetricEntry{IoU, {"io_u", "IoU"}},
    MetricEntry{MeanIoU, {"mean_io_u", "MeanIoU"}},
    MetricEntry{OneHotIoU, {"one_hot_io_u", "OneHotIoU"}},
    MetricEntry{OneHotMeanIoU, {"one_hot_mean_io_u", "OneHotMeanIoU"}},
    PointMetricEntry{PrecisionAtRecall, "recall", {"precision_at_recall", "PrecisionAtRecall"}},
    PointMetricEntry{RecallAtPrecision, "precision", {"recall_at_precision", "RecallAtPrecision"}},
    PointMetricEntry{SensitivityAtSpecificity,
                     "specificity",
                     {"sensitivity_at_specificity", "SensitivityAtSpecificity"}},
    PointMetricEntry{SpecificityAtSensitivity,
                     "sensitivity",
                     {"specificity_at_sensitivity", "SpecificityAtSensitivity"}},
};

}  // namespace shikumi::nn::detail
