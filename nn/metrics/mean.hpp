// Means and sums of numbers that are no comparison, such as a loss of one's own.
#pragma once

#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn {

/// The mean of what it is given as predictions; targets may be undefined. A row of values counts
/// once, by its mean, unless its elements have weights.
Metric Mean();
/// The sum of what it is given as predictions, weighed; targets may be undefined.
Metric Sum();

}  // namespace shikumi::nn
