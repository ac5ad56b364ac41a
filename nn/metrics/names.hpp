// Metrics by Keras's names.
#pragma once

#include <string_view>

#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn {

/// The metric of that Keras name, with its defaults: that of a function
/// ("top_k_categorical_accuracy" or a loss), of a class ("AUC"), or a short one ("acc", "mse").
/// Logs show it under the name that was given, as in Keras. Throws ValueError with the nearest
/// names for any other, also for a loss that is no metric in Keras.
Metric metric(std::string_view name);

}  // namespace shikumi::nn
