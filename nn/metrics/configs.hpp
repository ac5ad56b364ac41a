// Metrics as configurations in Keras's form, and back, for files.
#pragma once

#include <functional>
#include <string>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn {

/// What a metric was made of: {"module", "class_name", "config", "registered_name"}, where the
/// config has its arguments, its name and the dtype "float32", which Keras asks for; or "accuracy",
/// which chooses from the shapes, as a name alone. Throws ValueError, naming it, for a metric of
/// one's own that isn't registered.
Config to_config(const Metric& metric);
/// The metric of such a configuration, or of a name alone, such as "acc". Arguments that are absent
/// have their defaults, and unknown ones are passed over. Throws ValueError for a class that isn't
/// known, with the nearest names, for a dtype other than float32 and float64, and for arguments
/// that the metric refuses.
Metric metric_from_config(const Config& config);

/// Lets files hold a metric of one's own: `name` is that of its function or rule, and `make` gets
/// the Config that it was given, or what the rule's `get_config` gave. Throws ValueError for an
/// empty name.
void register_metric(std::string name, std::function<Metric(const Config& config)> make);

}  // namespace shikumi::nn
