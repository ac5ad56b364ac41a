#include <shikumi/nn/metrics/confusion.hpp>

#include <shikumi/nn/metrics/detail/confusion_counts.hpp>

namespace shikumi::nn {

namespace {

using detail::ConfusionCounts;
using detail::Counting;
using detail::CountingRule;

// Everything among the top k is positive unless there are thresholds, too.
Counting counting(const PrecisionOptions& o) {
    const std::vector<double> usual{o.top_k ? -1e10 : 0.5};
    return {.thresholds = o.thresholds.empty() ? usual : o.thresholds,
            .top_k = o.top_k,
            .class_id = o.class_id};
}

}  // namespace

Metric TruePositives(const ConfusionOptions& options) {
    return CountingRule(
        "true_positives", {.thresholds = options.thresholds},
        [](const ConfusionCounts& c) { return c.true_positives; }, ConfigWriter().fields(options));
}

Metric TrueNegatives(const ConfusionOptions& options) {
    return CountingRule(
        "true_negatives", {.thresholds = options.thresholds},
        [](const ConfusionCounts& c) { return c.true_negatives(); },
        ConfigWriter().fields(options));
}

Metric FalsePositives(const ConfusionOptions& options) {
    return CountingRule(
        "false_positives", {.thresholds = options.thresholds},
        [](const ConfusionCounts& c) { return c.false_positives; }, ConfigWriter().fields(options));
}

Metric FalseNegatives(const ConfusionOptions& options) {
    return CountingRule(
        "false_negatives", {.thresholds = options.thresholds},
        [](const ConfusionCounts& c) { return c.false_negatives(); },
        ConfigWriter().fields(options));
}

Metric Precision(const PrecisionOptions& options) {
    return CountingRule(
        "precision", counting(options), [](const ConfusionCounts& c) { return c.precision(); },
        ConfigWriter().fields(options));
}

Metric Recall(const PrecisionOptions& options) {
    return CountingRule(
        "recall", counting(options), [](const ConfusionCounts& c) { return c.recall(); },
        ConfigWriter().fields(options));
}

}  // namespace shikumi::nn
