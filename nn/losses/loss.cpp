#include <shikumi/nn/losses/loss.hpp>

#include <algorithm>
#include <functional>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/logits.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/paired_targets.hpp>
#include <shikumi/nn/losses/detail/reduce.hpp>
#include <shikumi/nn/losses/detail/reduction_names.hpp>
#include <shikumi/nn/losses/detail/steps.hpp>
#include <shikumi/nn/losses/targets.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::logits_of_sigmoid;
using shikumi::detail::logits_of_softmax;

// A loss that applies a softmax of its own still trains on probabilities, but badly.
void refuse_probabilities(std::string_view loss, const Tensor& logits) {
    if (logits_of_softmax(logits).defined() || logits_of_sigmoid(logits).defined())
        fail<ValueError>(loss,
                         "wants logits, but softmax or sigmoid was applied to the predictions "
                         "already: leave it out, or use the loss without from_logits");
}

// x with that axis at the end. A sigmoid is still the last thing done: losses look for it.
Tensor axis_last(std::string_view loss, const Tensor& x, int axis) {
    if (axis == -1) return x;
    const int rank = x.rank(), from = axis < 0 ? axis + rank : axis;
    if (from < 1 || from >= rank)
        fail<ShapeError>(loss, "axis ", axis, " is none behind that of the samples in ", x.shape());
    if (from == rank - 1) return x;
    if (const Tensor logits = logits_of_sigmoid(x); logits.defined())
        return sigmoid(axis_last(loss, logits, axis));
    std::vector<int> order;
    for (int i = 0; i < rank; ++i) {
        if (i != from) order.push_back(i);
    }
    order.push_back(from);
    return transpose(x, order);
}

Tensor one_label_a_sample(std::string_view loss, const Tensor& targets, const Tensor& predictions) {
    const Index samples = predictions.shape().front();
    if (targets.shape() == Shape{samples}) return targets;
    if (targets.shape() == Shape{samples, 1}) return squeeze(targets, -1);
    fail<ShapeError>(loss, "wants a label for each of ", samples, " samples, got ",
                     targets.shape());
}

Tensor sequence_a_sample(std::string_view loss, const Tensor& targets, const Tensor& predictions) {
    if (!is_integer(targets.dtype()))
        fail<DTypeError>(loss, "labels are integers, got ", targets.spec());
    if (targets.rank() != 2 || targets.shape().front() != predictions.shape().front())
        fail<ShapeError>(loss, "wants labels (", predictions.shape().front(), ", length), got ",
                         targets.shape());
    return targets.cast(i64);
}

}  // namespace

Config to_config(Reduction value) { return detail::reductions.name_of(value); }

Loss Loss::with(Reduction reduction) const {
    Loss other = *this;
    other.form_.reduction = reduction;
    return other;
}

Loss Loss::named(std::string name) const {
    Loss other = *this;
    other.own_name_ = std::make_shared<const std::string>(std::move(name));
    return other;
}

Tensor Loss::values(const Tensor& targets, const Tensor& predictions) const {
    if (form_.from_logits) refuse_probabilities(name(), predictions);
    const Tensor p = axis_last(name(), predictions, form_.axis);
    switch (form_.targets) {
        case Targets::class_rows:
            want_classes(name(), p);
            [[fallthrough]];
        case Targets::like_predictions:
            return function_(
                axis_last(name(), match_targets(name(), targets, predictions), form_.axis), p);
        case Targets::class_indices: {
            const Tensor labels = class_labels(targets, predictions);
            if (!form_.ignore_class) return function_(labels, p);
            const Tensor counts = not_equal(labels, *form_.ignore_class);
            return where(counts, function_(where(counts, labels, 0), p), 0);
        }
        case Targets::labels:
            return function_(one_label_a_sample(name(), targets, p), p);
        case Targets::label_sequences:
            return function_(sequence_a_sample(name(), targets, p), p);
        case Targets::as_given:
            break;
    }
    return function_(detail::paired_targets(function_, targets, p), p);
}

Tensor Loss::class_labels(const Tensor& targets, const Tensor& predictions) const {
    return match_labels(name(), targets, axis_last(name(), predictions, form_.axis));
}

Tensor Loss::operator()(const Tensor& targets, const Tensor& predictions) const {
    return mean_per_sample(values(targets, predictions));
}

LossValues Loss::values_by_step(const Tensor& targets, const Tensor& predictions, int axes) const {
    const auto each = [this](const Tensor& t, const Tensor& p) { return values(t, p); };
    if (form_.targets == Targets::as_given)
        return {detail::values_by_step(name(), each, targets, predictions, axes), {}};
    const Tensor v = each(targets, predictions);
    if (form_.ignore_class)
        return {v, not_equal(class_labels(targets, predictions), *form_.ignore_class)};
    return {v, form_.leaves_out_zeros ? v > 0 : Tensor()};
}

Tensor Loss::reduced(const Tensor& targets, const Tensor& predictions, const Tensor& weights,
                     const Tensor& mask) const {
    const auto axes = [](const Tensor& x) { return x.defined() ? x.rank() : 1; };
    const LossValues v = values_by_step(targets, predictions, std::max(axes(weights), axes(mask)));
    if (!v.counts.defined())
        return detail::reduce(name(), v.values, weights, mask, form_.reduction);
    const Tensor shown =
        mask.defined() ? logical_and(detail::mask_for(name(), mask, v.values.shape()), v.counts)
                       : v.counts;
    return detail::reduce(name(), v.values, weights, shown, form_.reduction);
}

}  // namespace shikumi::nn
