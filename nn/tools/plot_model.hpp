// plot_model: a picture of a model.
#pragma once

#include <shikumi/nn/models/model.hpp>
#include <shikumi/plot/svg.hpp>

namespace shikumi::nn {

/// A picture of a model: a box for each layer with its class, name, output shape
/// and number of weights, inputs above, arrows along the data. A model that is a class of its own
/// has no arrows, since only its `call` knows them. Throws StateError before the shape of the input
/// is known.
plot::Svg plot_model(Model& model);

}  // namespace shikumi::nn
