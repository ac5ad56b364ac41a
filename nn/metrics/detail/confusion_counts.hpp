// Predictions above thresholds, counted.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn::detail {

/// What counts as positive, at each of some thresholds.
struct Counting {
    std::vector<double> thresholds;          ///< predictions above it are positive
    std::optional<Index> top_k = {};         ///< only the k largest of a row can be positive
    std::optional<Index> class_id = {};      ///< the only column that counts
    bool from_logits = false;                ///< sigmoid is still to be applied
    bool by_label = false;                   ///< whether each column is counted for itself
    std::vector<double> label_weights = {};  ///< factors of the columns
};

/// Weights of right and wrong predictions: (T,) for T thresholds, (T, K) by label.
struct ConfusionCounts {
    Tensor true_positives, false_positives;
    Tensor positives, negatives;  ///< of the targets: (), (K,) by label

    Tensor false_negatives() const;
    Tensor true_negatives() const;
    Tensor precision() const;    ///< 0 where nothing is positive
    Tensor recall() const;       ///< 0 where no target is positive
    Tensor specificity() const;  ///< 0 where no target is negative
};

/// A metric that is a function of such counts. One threshold gives a number, several a vector.
class CountingRule : public MetricRule {
public:
    using Value = std::function<Tensor(const ConfusionCounts& counts)>;
    /// `config` holds the arguments that it was made of. Throws ValueError for a threshold outside
    /// [0, 1] and a top_k below 1.
    CountingRule(std::string name, Counting counting, Value value, Config config);

    std::string_view name() const noexcept override { return name_; }
    MetricState start(const Spec& targets, const Spec& predictions) const override;
    MetricState update(const MetricState& state, const Tensor& targets, const Tensor& predictions,
                       const Tensor& weights) const override;
    Tensor result(const MetricState& state) const override;
    Config get_config() const override { return config_; }

private:
    std::string name_;
    Counting counting_;
    Value value_;
    Config config_;
};

/// `count` thresholds evenly over [0, 1], the first below 0 and the last above 1. Throws ValueError
/// naming `metric` unless there are two or more, and a million at most.
std::vector<double> even_thresholds(std::string_view metric, Index count);

}  // namespace shikumi::nn::detail
