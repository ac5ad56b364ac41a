// The mean of a loss as a metric.
#pragma once

#include <shikumi/nn/losses/loss.hpp>
#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn::detail {

/// Values that the loss leaves out count nowhere.
class MeanOfLoss final : public MetricRule {
public:
    explicit MeanOfLoss(const Loss& loss) : loss_(loss) {}
    std::string_view name() const noexcept override { return loss_.name(); }
    MetricState start(const Spec& targets, const Spec& predictions) const override;
    MetricState update(const MetricState& state, const Tensor& targets, const Tensor& predictions,
                       const Tensor& weights) const override;
    Tensor result(const MetricState& state) const override;
    const Loss& loss() const noexcept { return loss_; }

private:
    Loss loss_;
};

}  // namespace shikumi::nn::detail
