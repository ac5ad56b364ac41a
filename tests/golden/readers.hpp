// Turns a case's configuration into layers, losses and optimisers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <shikumi/shikumi.hpp>

#include "cases.hpp"

namespace shikumi::golden {

/// Throws Unknown if the configuration has a key that is not in `known` and would change the
/// result.
void only(const json& config, const std::string& what, const std::vector<std::string>& known);

Shape read_shape(const json& sizes);
/// An array, {"shape", "data"}, of that dtype.
Tensor read_tensor(const json& j, DType dtype = f32);
/// The activation of `key`; linear if it is absent.
nn::ActivationFunction read_activation(const json& config, const std::string& key = "activation");
/// The regulariser of `key`; none if it is absent.
nn::Regularizer read_regularizer(const json& config, const std::string& key);

using LayerPointer = std::shared_ptr<nn::Layer>;
/// A layer of that Keras class, or null if another reader reads it.
using LayerReader = LayerPointer (*)(const std::string& type, const json& config);
/// A static object of this type registers the readers of a file.
struct LayerReaders {
    explicit LayerReaders(LayerReader reader);
};

LayerPointer read_layer(const json& layer);
nn::Loss read_loss(const json& the_case);
/// An optimiser of Keras.
optim::Optimizer read_optimizer(const json& j);
/// A schedule of Keras.
optim::Scheduled read_schedule(const json& j);

}  // namespace shikumi::golden
