// The names that weights have in files.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn::detail {

/// A name for each weight of the model, in the order of `get_weights`: its path, in which automatic
/// names are numbered within the model. No name comes twice.
std::vector<std::string> weight_names(Model& model);

/// New names of layers, by those that they have.
using LayerNames = std::map<std::string, std::string, std::less<>>;
/// Automatic names of the model's layers as they would be in a program that makes this model alone.
LayerNames names_within(const Model& model);
/// A path of layers under their new names. Its last part is what is in the innermost one, or that
/// itself where `of_layers`.
std::string renamed(std::string_view path, const LayerNames& names, bool of_layers);

/// The weights of a layer's inner layers; its own are the others.
std::vector<Parameter> inner_weights(const Layer& layer);

}  // namespace shikumi::nn::detail
