// What `compile` is told as a configuration in Keras's form, and back, for files.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/nn/training/compile_options.hpp>

namespace shikumi::nn {

/// Keras's compile_config: "optimizer", "loss", "loss_weights", "metrics", "weighted_metrics" and
/// "run_eagerly". Losses and weights are one for all outputs, a list in their order or an object
/// with their names; metrics of every output are a list of each output's where there are several. A
/// memory_budget is there where it isn't the usual one. Throws ValueError for objects of one's own
/// that aren't registered.
Config to_config(const CompileOptions& options, const std::vector<std::string>& outputs = {});
/// The options of such a configuration for a model with these outputs; without their names, lists
/// must have a value for each. Throws ValueError for what its parts refuse, for lists that don't
/// fit the outputs, and for a weight that is no number.
CompileOptions compile_options_from_config(const Config& config,
                                           const std::vector<std::string>& outputs = {});

}  // namespace shikumi::nn
