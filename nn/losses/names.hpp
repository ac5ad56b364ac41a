// Losses by Keras's names.
#pragma once

#include <string_view>

#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn {

/// The loss of that Keras name, with its defaults: that of the function ("mean_squared_error"), of
/// the class ("MeanSquaredError"), or a short one ("mse"). Throws ValueError with the nearest names
/// for any other.
Loss loss(std::string_view name);

}  // namespace shikumi::nn
