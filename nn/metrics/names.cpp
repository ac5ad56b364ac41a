#include <shikumi/nn/metrics/names.hpp>

#include <algorithm>
#include <vector>

#include <shikumi/autograd/core/nearest_names.hpp>
#include <shikumi/nn/losses/crossentropy.hpp>
#include <shikumi/nn/losses/hinge.hpp>
#include <shikumi/nn/losses/probabilistic.hpp>
#include <shikumi/nn/losses/regression.hpp>
#include <shikumi/nn/metrics/accuracy.hpp>
#include <shikumi/nn/metrics/confusion.hpp>
#include <shikumi/nn/metrics/curves.hpp>
#include <shikumi/nn/metrics/f_score.hpp>
#include <shikumi/nn/metrics/mean.hpp>
#include <shikumi/nn/metrics/regression.hpp>

namespace shikumi::nn {

namespace {

struct Known {
    std::string_view name, class_name;
    Metric (*make)();
};
constexpr Known known[] = {
    {"accuracy", "Accuracy", [] { return accuracy; }},
    {"acc", "acc", [] { return accuracy; }},
    {"auc", "AUC", [] { return AUC(); }},
    {"binary_accuracy", "BinaryAccuracy", [] { return binary_accuracy; }},
    {"binary_crossentropy", "BinaryCrossentropy", [] { return Metric(binary_crossentropy); }},
    {"bce", "BCE", [] { return Metric(binary_crossentropy); }},
    {"categorical_accuracy", "CategoricalAccuracy", [] { return categorical_accuracy; }},
    {"categorical_crossentropy", "CategoricalCrossentropy",
     [] { return Metric(categorical_crossentropy); }},
    {"categorical_hinge", "CategoricalHinge", [] { return Metric(categorical_hinge); }},
    {"concordance_correlation", "ConcordanceCorrelation", [] { return ConcordanceCorrelation(); }},
    {"cosine_similarity", "CosineSimilarity", [] { return MeanCosineSimilarity(); }},
    {"f1_score", "F1Score", [] { return F1Score(); }},
    {"fbeta_score", "FBetaScore", [] { return FBetaScore(); }},
    {"false_negatives", "FalseNegatives", [] { return FalseNegatives(); }},
    {"false_positives", "FalsePositives", [] { return FalsePositives(); }},
    {"hinge", "Hinge", [] { return Metric(hinge); }},
    {"huber", "Huber", [] { return Metric(huber); }},
    {"kl_divergence", "KLDivergence", [] { return Metric(kl_divergence); }},
    {"kld", "KLD", [] { return Metric(kl_divergence); }},
    {"logcosh", "LogCoshError", [] { return LogCoshError(); }},
    {"mean", "Mean", [] { return Mean(); }},
    {"mean_absolute_error", "MeanAbsoluteError", [] { return Metric(mean_absolute_error); }},
    {"mae", "MAE", [] { return Metric(mean_absolute_error); }},
    {"mean_absolute_percentage_error", "MeanAbsolutePercentageError",
     [] { return Metric(mean_absolute_percentage_error); }},
    {"mape", "MAPE", [] { return Metric(mean_absolute_percentage_error); }},
    {"mean_squared_error", "MeanSquaredError", [] { return Metric(mean_squared_error); }},
    {"mse", "MSE", [] { return Metric(mean_squared_error); }},
    {"mean_squared_logarithmic_error", "MeanSquaredLogarithmicError",
     [] { return Metric(mean_squared_logarithmic_error); }},
    {"msle", "MSLE", [] { return Metric(mean_squared_logarithmic_error); }},
    {"pearson_correlation", "PearsonCorrelation", [] { return PearsonCorrelation(); }},
    {"poisson", "Poisson", [] { return Metric(poisson); }},
    {"precision", "Precision", [] { return Precision(); }},
    {"r2_score", "R2Score", [] { return R2Score(); }},
    {"recall", "Recall", [] { return Recall(); }},
    {"root_mean_squared_error", "RootMeanSquaredError", [] { return RootMeanSquaredError(); }},
    {"rmse", "RMSE", [] { return RootMeanSquaredError(); }},
    {"sparse_categorical_accuracy", "SparseCategoricalAccuracy",
     [] { return sparse_categorical_accuracy; }},
    {"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy",
     [] { return Metric(sparse_categorical_crossentropy); }},
    {"sparse_top_k_categorical_accuracy", "SparseTopKCategoricalAccuracy",
     [] { return sparse_top_k_categorical_accuracy; }},
    {"squared_hinge", "SquaredHinge", [] { return Metric(squared_hinge); }},
    {"sum", "Sum", [] { return Sum(); }},
    {"top_k_categorical_accuracy", "TopKCategoricalAccuracy",
     [] { return top_k_categorical_accuracy; }},
    {"true_negatives", "TrueNegatives", [] { return TrueNegatives(); }},
    {"true_positives", "TruePositives", [] { return TruePositives(); }},
};

}  // namespace

Metric metric(std::string_view name) {
    const auto* const found = std::ranges::find_if(
        known, [&](const Known& k) { return k.name == name || k.class_name == name; });
    if (found != std::end(known)) return found->make().named(std::string(name));
    std::vector<std::string_view> names;
    for (const Known& one : known) {
        names.push_back(one.name);
        if (one.class_name != one.name) names.push_back(one.class_name);
    }
    shikumi::detail::refuse_name("metric", name, names);
}

// Here, so that programs without names do not link whatever has one.
Metric Metric::known_as(std::string_view name) { return metric(name); }

}  // namespace shikumi::nn
