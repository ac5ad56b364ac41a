// Turns a case's configuration into layers, losses and optimisers.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include <shikumi/shikumi.hpp>

namespace shikumi::golden {

using nlohmann::json;

/// A case that asks for what isn't there.
struct Unknown : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Refuses keys of a configuration that would change the result and aren't looked at.
void only(const json& config, const std::string& what, const std::vector<std::string>& known);

Tensor read_tensor(const json& j);
/// What `key` says; linear where it is absent.
nn::ActivationFunction read_activation(const json& config, const std::string& key = "activation");
/// What `key` says; none where it is absent.
nn::Regularizer read_regularizer(const json& config, const std::string& key);

using LayerPointer = std::shared_ptr<nn::Layer>;
/// A layer of that Keras class, or null where it is somebody else's.
using LayerReader = LayerPointer (*)(const std::string& type, const json& config);
/// One static object of this kind in each file of readers makes them known.
struct LayerReaders {
    explicit LayerReaders(LayerReader reader);
};

LayerPointer read_layer(const json& layer);
nn::Loss read_loss(const json& the_case);
optim::Optimizer read_optimizer(const json& j);

}  // namespace shikumi::golden
