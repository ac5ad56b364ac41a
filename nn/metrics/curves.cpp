#include <shikumi/nn/metrics/curves.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/reduce.hpp>
#include <shikumi/nn/metrics/detail/confusion_counts.hpp>

namespace shikumi::nn {

namespace {

using detail::ConfusionCounts;
using detail::Counting;
using detail::CountingRule;
using detail::divide_no_nan;
using detail::even_thresholds;

Tensor firsts(const Tensor& x) { return slice(x, 0, {0, x.shape().front() - 1}); }
Tensor lasts(const Tensor& x) { return slice(x, 0, {1, x.shape().front()}); }

Tensor heights(const Tensor& y, SummationMethod method) {
    if (method == SummationMethod::minoring) return minimum(firsts(y), lasts(y));
    if (method == SummationMethod::majoring) return maximum(firsts(y), lasts(y));
    return (firsts(y) + lasts(y)) / 2;
}

// The areas of the strips where true positives grow linearly with all that is found, so that the
// precision does not: Σ slope (dtp + intercept log(found₀/found₁))/positives.
Tensor strips_of_precision(const ConfusionCounts& c) {
    const Tensor& tp = c.true_positives;
    const Tensor found = tp + c.false_positives;
    const Tensor more = firsts(tp) - lasts(tp), more_found = firsts(found) - lasts(found);
    const Tensor slope = divide_no_nan(more, maximum(more_found, 0));
    const Tensor intercept = lasts(tp) - slope * lasts(found);
    const Tensor both = logical_and(firsts(found) > 0, lasts(found) > 0);
    const Tensor ratio = where(both, divide_no_nan(firsts(found), lasts(found)), 1);
    return divide_no_nan(slope * (more + intercept * log(ratio)),
                         broadcast_to(c.positives, more.shape()));
}

Tensor strips(const ConfusionCounts& c, const AUCOptions& o) {
    if (o.curve == Curve::PR && o.summation_method == SummationMethod::interpolation)
        return strips_of_precision(c);
    const Tensor x = o.curve == Curve::PR
                         ? c.recall()
                         : divide_no_nan(c.false_positives,
                                         broadcast_to(c.negatives, c.false_positives.shape()));
    const Tensor y = o.curve == Curve::PR ? c.precision() : c.recall();
    return (firsts(x) - lasts(x)) * heights(y, o.summation_method);
}

Tensor area(const ConfusionCounts& c, const AUCOptions& o) {
    const Tensor areas = sum(strips(c, o), 0);
    if (!o.multi_label) return areas;
    if (o.label_weights.empty()) return mean(areas);
    const Tensor w = tensor(o.label_weights);
    return divide_no_nan(sum(areas * w), sum(w));
}

std::vector<double> points(const AUCOptions& o) {
    if (o.thresholds.empty()) return even_thresholds("auc", o.num_thresholds);
    std::vector<double> all = even_thresholds("auc", 2);
    for (const double t : o.thresholds) {
        if (!(t >= 0 && t <= 1)) fail<ValueError>("auc", "thresholds lie in [0, 1], got ", t);
    }
    all.insert(all.end() - 1, o.thresholds.begin(), o.thresholds.end());
    std::sort(all.begin(), all.end());
    return all;
}

// The largest of `values` where the others reach `least`; 0 where none does.
Tensor best_where(const Tensor& others, double least, const Tensor& values) {
    return max(where(others >= least, values, 0));
}

Metric at_threshold(const char* name, std::string_view what, double number,
                    const AtThresholdOptions& o, CountingRule::Value value) {
    if (!(number >= 0 && number <= 1))
        fail<ValueError>(name, what, " must lie in [0, 1], got ", number);
    const std::vector<double> thresholds =
        o.num_thresholds == 1 ? std::vector{0.5} : even_thresholds(name, o.num_thresholds);
    return CountingRule(name, {.thresholds = thresholds, .class_id = o.class_id}, std::move(value),
                        ConfigWriter()(what, number).fields(o));
}

constexpr shikumi::detail::NameRow<Curve> known_curves[] = {
    {Curve::ROC, {"ROC"}},
    {Curve::PR, {"PR"}},
};
constexpr shikumi::detail::NameTable<Curve> by_curve("curve", known_curves);

constexpr shikumi::detail::NameRow<SummationMethod> known_methods[] = {
    {SummationMethod::interpolation, {"interpolation"}},
    {SummationMethod::minoring, {"minoring"}},
    {SummationMethod::majoring, {"majoring"}},
};
constexpr shikumi::detail::NameTable<SummationMethod> by_method("summation_method", known_methods);

}  // namespace

Config to_config(Curve value) { return by_curve.name_of(value); }
void from_config(const Config& config, Curve& value, std::string_view reading) {
    value = by_curve.read(config, reading);
}

Config to_config(SummationMethod value) { return by_method.name_of(value); }
void from_config(const Config& config, SummationMethod& value, std::string_view reading) {
    value = by_method.read(config, reading);
}

Metric AUC(const AUCOptions& options) {
    Counting counting{.thresholds = points(options),
                      .from_logits = options.from_logits,
                      .by_label = options.multi_label};
    if (!options.multi_label) counting.label_weights = options.label_weights;
    return CountingRule(
        "auc", counting, [options](const ConfusionCounts& c) { return area(c, options); },
        ConfigWriter().fields(options));
}

Metric SensitivityAtSpecificity(double specificity, const AtThresholdOptions& options) {
    return at_threshold("sensitivity_at_specificity", "specificity", specificity, options,
                        [=](const ConfusionCounts& c) {
                            return best_where(c.specificity(), specificity, c.recall());
                        });
}

Metric SpecificityAtSensitivity(double sensitivity, const AtThresholdOptions& options) {
    return at_threshold("specificity_at_sensitivity", "sensitivity", sensitivity, options,
                        [=](const ConfusionCounts& c) {
                            return best_where(c.recall(), sensitivity, c.specificity());
                        });
}

Metric PrecisionAtRecall(double recall, const AtThresholdOptions& options) {
    return at_threshold(
        "precision_at_recall", "recall", recall, options,
        [=](const ConfusionCounts& c) { return best_where(c.recall(), recall, c.precision()); });
}

Metric RecallAtPrecision(double precision, const AtThresholdOptions& options) {
    return at_threshold(
        "recall_at_precision", "precision", precision, options,
        [=](const ConfusionCounts& c) { return best_where(c.precision(), precision, c.recall()); });
}

}  // namespace shikumi::nn
