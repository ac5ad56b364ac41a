// Sums over the samples of batches.
#pragma once

#include <string_view>

#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn::detail {

/// The state {total, count} of a mean of nothing.
MetricState nothing_summed();
/// The sums after these values, one for each sample, (N,), or each step, (N, T). They follow Keras:
/// where values have more axes than the weights, a sample counts by their mean. Throws ShapeError
/// naming `metric` where the weights don't fit.
MetricState add_samples(std::string_view metric, const MetricState& state, const Tensor& values,
                        const Tensor& weights);
/// total/count; 0 where nothing counts.
Tensor mean_of(const MetricState& state);

}  // namespace shikumi::nn::detail
