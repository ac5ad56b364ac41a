// Sums over the samples of batches.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn::detail {

/// The weights of values of that shape, as f64; ones where they are undefined. Weights (N,) belong
/// to the samples. Throws ShapeError naming `metric` where they don't fit.
Tensor weights_like(std::string_view metric, const Tensor& weights, const Shape& values);

/// The state {total, count} of a mean of nothing.
MetricState nothing_summed();
/// The sums after these values, one for each sample, (N,), or each step, (N, T). They follow Keras:
/// where values have more axes than the weights, a sample counts by their mean. Throws ShapeError
/// naming `metric` where the weights don't fit.
MetricState add_samples(std::string_view metric, const MetricState& state, const Tensor& values,
                        const Tensor& weights);
/// total/count; 0 where nothing counts.
Tensor mean_of(const MetricState& state);

/// The mean of values that the library knows how to compute, whatever their shape.
class MeanRule : public MetricRule {
public:
    using Values = std::function<Tensor(const Tensor& targets, const Tensor& predictions)>;
    /// `config` holds the arguments that it was made of.
    MeanRule(std::string name, Values values, Config config = Config::Object{})
        : name_(std::move(name)), values_(std::move(values)), config_(std::move(config)) {}

    std::string_view name() const noexcept override { return name_; }
    MetricState start(const Spec& targets, const Spec& predictions) const override;
    MetricState update(const MetricState& state, const Tensor& targets, const Tensor& predictions,
                       const Tensor& weights) const override;
    Tensor result(const MetricState& state) const override { return mean_of(state); }
    Config get_config() const override { return config_; }

private:
    std::string name_;
    Values values_;
    Config config_;
};

}  // namespace shikumi::nn::detail
