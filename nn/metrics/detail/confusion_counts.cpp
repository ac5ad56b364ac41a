#include <shikumi/nn/metrics/detail/confusion_counts.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/epsilon.hpp>
#include <shikumi/nn/losses/detail/reduce.hpp>
#include <shikumi/nn/losses/targets.hpp>
#include <shikumi/nn/metrics/detail/sums.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr double below_all = -1e10;

// x, and far below all thresholds what is not among the k largest of its row. Of equal ones the
// first are in.
Tensor only_top(const Tensor& x, Index k) {
    const Index columns = x.shape().back();
    const Tensor own = expand_dims(x, -1), other = expand_dims(x, -2);
    const Tensor place = arange(0, columns, 1, i64);
    const Tensor earlier = expand_dims(place, 0) < expand_dims(place, 1);
    const Tensor ahead = logical_or(other > own, logical_and(equal(other, own), earlier));
    return where(sum(ahead.cast(i64), -1) < k, x, below_all);
}

Tensor column(std::string_view metric, const Tensor& x, Index i) {
    if (x.rank() < 2 || i < 0 || i >= x.shape().back())
        fail<ValueError>(metric, "there is no class ", i, " in ", x.shape());
    return squeeze(slice(x, -1, {i, i + 1}), -1);
}

// Without the positive ones, of rank 1 or, by label, 2.
Tensor rows(const Tensor& x, bool by_label) {
    return by_label ? reshape(x, {-1, x.shape().back()}) : flatten(x);
}

}  // namespace

Tensor ConfusionCounts::false_negatives() const { return positives - true_positives; }

Tensor ConfusionCounts::true_negatives() const { return negatives - false_positives; }

Tensor ConfusionCounts::precision() const {
    return divide_no_nan(true_positives, true_positives + false_positives);
}

Tensor ConfusionCounts::recall() const {
    return divide_no_nan(true_positives, broadcast_to(positives, true_positives.shape()));
}

Tensor ConfusionCounts::specificity() const {
    return divide_no_nan(true_negatives(), broadcast_to(negatives, true_positives.shape()));
}

CountingRule::CountingRule(std::string name, Counting counting, Value value, Config config)
    : name_(std::move(name)),
      counting_(std::move(counting)),
      value_(std::move(value)),
      config_(std::move(config)) {
    for (const double t : counting_.thresholds) {
        if (!(t >= below_all && t <= 1 + epsilon))
            fail<ValueError>(name_, "thresholds lie in [0, 1], got ", t);
    }
    if (counting_.top_k && *counting_.top_k < 1)
        fail<ValueError>(name_, "top_k must be positive, got ", *counting_.top_k);
}

MetricState CountingRule::start(const Spec&, const Spec& predictions) const {
    const auto count = static_cast<Index>(counting_.thresholds.size());
    if (!counting_.by_label)
        return {zeros({count}, f64), zeros({count}, f64), zeros({}, f64), zeros({}, f64)};
    if (predictions.shape.rank() < 2)
        fail<ShapeError>(name_, "wants a column for each label, got predictions ",
                         predictions.shape);
    const Index labels = predictions.shape.back();
    return {zeros({count, labels}, f64), zeros({count, labels}, f64), zeros({labels}, f64),
            zeros({labels}, f64)};
}

MetricState CountingRule::update(const MetricState& state, const Tensor& targets,
                                 const Tensor& predictions, const Tensor& weights) const {
    Tensor t = match_targets(name_, targets, predictions), p = predictions;
    if (counting_.from_logits) p = sigmoid(p);
    if (counting_.top_k) p = only_top(p, *counting_.top_k);
    if (counting_.class_id) {
        t = column(name_, t, *counting_.class_id);
        p = column(name_, p, *counting_.class_id);
    }
    Tensor w = weights_like(name_, weights, p.shape());
    if (!counting_.label_weights.empty()) w = w * tensor(counting_.label_weights);
    const bool by_label = counting_.by_label;
    const Tensor is_positive = rows(not_equal(t, 0), by_label), each = rows(w, by_label);
    const Tensor positive = where(is_positive, each, 0), negative = where(is_positive, 0, each);
    const auto count = static_cast<Index>(counting_.thresholds.size());
    const Shape column_of = by_label ? Shape{count, 1, 1} : Shape{count, 1};
    const Tensor thresholds =
        reshape(tensor(counting_.thresholds).cast(predictions.dtype()), column_of);
    const Tensor found = expand_dims(rows(p, by_label), 0) > thresholds;
    return {state[0] + sum(where(found, expand_dims(positive, 0), 0), 1),
            state[1] + sum(where(found, expand_dims(negative, 0), 0), 1),
            state[2] + sum(positive, 0), state[3] + sum(negative, 0)};
}

Tensor CountingRule::result(const MetricState& state) const {
    const Tensor value = value_({state[0], state[1], state[2], state[3]});
    return value.shape() == Shape{1} ? squeeze(value) : value;
}

std::vector<double> even_thresholds(std::string_view metric, Index count) {
    constexpr Index most = 1'000'000;
    if (count < 2 || count > most)
        fail<ValueError>(metric, "num_thresholds must lie in [2, ", most, "], got ", count);
    std::vector<double> all{-epsilon};
    for (Index i = 1; i < count - 1; ++i)
        all.push_back(static_cast<double>(i) / static_cast<double>(count - 1));
    all.push_back(1 + epsilon);
    return all;
}

}  // namespace shikumi::nn::detail
