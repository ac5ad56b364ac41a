// The names that weights have in files.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn::detail {

/// A name for each weight of the model, in the order of `get_weights`: its path, in which automatic
/// names are numbered within the model. No name comes twice.
std::vector<std::string> weight_names(Model& model);

/// The weights of a layer's inner layers; its own are the others.
std::vector<Parameter> inner_weights(const Layer& layer);

}  // namespace shikumi::nn::detail
