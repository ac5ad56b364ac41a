// plot_model: a picture of a model.
#pragma once

#include <string>

#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

/// A picture of a model as an SVG document: a box for each layer with its class, name, output shape
/// and number of weights, inputs above, arrows along the data. A model that is a class of its own
/// has no arrows, since only its `call` knows them. Throws StateError before the shape of the input
/// is known.
std::string plot_model(Model& model);

}  // namespace shikumi::nn
