// What TensorFlow.js calls otherwise than Keras, both ways.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn::detail {

/// A model's configuration in Keras 2's form as TensorFlow.js opens it. Throws ValueError, naming
/// layer and option, for what TensorFlow.js hasn't.
Config tfjs_config(const Config& keras2);
/// Throws ValueError, naming the layer, where one works along an axis that TensorFlow.js doesn't
/// take there.
void check_axes_for_tfjs(const Layer& layer);

/// A configuration of a model that TensorFlow.js or its converter has written, as Keras has it.
Config keras_config_of_tfjs(const Config& model);
/// What `compile` was told, as TensorFlow.js has written it, as Keras has it.
Config keras_training_of_tfjs(const Config& training);

/// The weights of a model by TensorFlow.js's names, "dense/kernel", with the names of cells, which
/// it passes over.
std::vector<std::pair<Parameter, std::string>> tfjs_weights(const Model& model);

}  // namespace shikumi::nn::detail
