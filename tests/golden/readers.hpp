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

/// A configuration by Keras's names.
Config read_config(const json& values);

using LayerPointer = std::shared_ptr<nn::Layer>;
/// A layer from its "class_name" and "config".
LayerPointer read_layer(const json& layer);
nn::Loss read_loss(const json& the_case);
/// An optimiser of Keras.
optim::Optimizer read_optimizer(const json& j);

}  // namespace shikumi::golden
