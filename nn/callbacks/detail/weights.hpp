// The weights of a model, to be put back later.
#pragma once

#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn::detail {

/// The values of all weights as they are now.
std::vector<Tensor> copied_weights(const Layer& model);
/// Gives all weights the values that `copied_weights` returned.
void set_weights(Layer& model, const std::vector<Tensor>& values);

}  // namespace shikumi::nn::detail
