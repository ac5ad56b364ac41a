// All weights of a layer or model at once.
#pragma once

#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn::detail {

/// The values of all weights as they are now.
std::vector<Tensor> copied_weights(const Layer& model);
/// Gives all weights values in the order of `copied_weights`. Throws ShapeError unless there is one
/// for each.
void set_weights(Layer& model, const std::vector<Tensor>& values);

}  // namespace shikumi::nn::detail
