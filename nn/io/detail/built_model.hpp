// Models of configurations, with their weights.
#pragma once

#include <memory>

#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/io/keras_config.hpp>

namespace shikumi::nn::detail {

/// The model of a configuration, whose weights are made, too, all within the budget. With a report
/// the configuration is Keras's. Throws as `model_from_config`, or as `model_from_keras_config`.
std::shared_ptr<Model> built_model(const Config& config, KerasReport* report,
                                   const ModelBudget& budget);

/// What the model of a file may take: weights that the file doesn't have are no reason to take
/// memory. Statistics that a layer was given stand in its configuration.
ModelBudget budget_of(const formats::TensorFile& file);

}  // namespace shikumi::nn::detail
