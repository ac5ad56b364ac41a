#include <shikumi/nn/metrics/metric.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/paired_targets.hpp>
#include <shikumi/nn/losses/detail/steps.hpp>
#include <shikumi/nn/losses/targets.hpp>
#include <shikumi/nn/metrics/detail/mean_of_loss.hpp>
#include <shikumi/nn/metrics/detail/sums.hpp>

namespace shikumi::nn {

MetricState detail::MeanOfLoss::start(const Spec&, const Spec&) const { return nothing_summed(); }

MetricState detail::MeanOfLoss::update(const MetricState& state, const Tensor& targets,
                                       const Tensor& predictions, const Tensor& weights) const {
    const LossValues v =
        loss_.values_by_step(targets, predictions, weights.defined() ? weights.rank() : 1);
    if (!v.counts.defined()) return add_samples(name(), state, v.values, weights);
    const Tensor w = weights_like(name(), weights, v.values.shape());
    return add_samples(name(), state, v.values, where(v.counts, w, 0));
}

Tensor detail::MeanOfLoss::result(const MetricState& state) const { return mean_of(state); }

Metric::Metric(const Loss& loss) : rule_(std::make_shared<const detail::MeanOfLoss>(loss)) {}

MetricState Metric::start(const Spec& targets, const Spec& predictions) const {
    return rule_ ? rule_->start(targets, predictions) : detail::nothing_summed();
}

MetricState Metric::update(const MetricState& state, const Tensor& targets,
                           const Tensor& predictions, const Tensor& weights) const {
    if (rule_) return rule_->update(state, targets, predictions, weights);
    const auto paired = [&](const Tensor& t, const Tensor& p) {
        return function_(detail::paired_targets(function_, t, p), p);
    };
    const int axes = weights.defined() ? weights.rank() : 0;
    const Tensor values = detail::values_by_step(name(), paired, targets, predictions, axes);
    return detail::add_samples(name(), state, values, weights);
}

Tensor Metric::result(const MetricState& state) const {
    return rule_ ? rule_->result(state) : detail::mean_of(state);
}

Tensor Metric::operator()(const Tensor& targets, const Tensor& predictions) const {
    if (rule_) fail<StateError>(name(), "has no number for each sample: see update and result");
    return mean_per_sample(function_(targets, predictions));
}

void RunningMetric::update(const Tensor& targets, const Tensor& predictions,
                           const Tensor& weights) {
    if (state_.empty())
        state_ =
            metric_.start((targets.defined() ? targets : predictions).spec(), predictions.spec());
    MetricState next = metric_.update(state_, targets, predictions, weights);
    evaluate(next);
    state_ = std::move(next);
}

Tensor RunningMetric::result() const {
    if (state_.empty()) fail<StateError>(name(), "has seen no batch yet");
    return metric_.result(state_);
}

}  // namespace shikumi::nn
