// plot_model: a picture of a model.
#pragma once

#include <string>

#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

/// An SVG document: a box for each layer with its class, name, output shape and number of weights,
/// inputs above, arrows along the data. Layers of a model that is a class of its own have no
/// arrows, since only its `call` knows them. Throws StateError before the input's shape is known.
std::string plot_model(Model& model);

}  // namespace shikumi::nn
