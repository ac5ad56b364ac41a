// Models from Keras's JSON, with what they are compiled with and their weights.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "readers.hpp"

namespace shikumi::golden {

/// A Sequential or Functional model of Keras 3. Operations that compute masks are left out: masks
/// follow their tensors by themselves here.
std::unique_ptr<nn::Model> read_model(const json& model);
/// Gives a model the weights of a list with "name", "shape" and "data".
void set_weights(nn::Model& model, const json& weights);
/// Throws Different where a weight differs.
void compare_weights(nn::Model& model, const json& weights, double tolerance);

/// What Keras's `compile` was given, for a model whose outputs are known.
nn::CompileOptions read_compile(const json& compile, nn::Model& model);
/// Inputs, an array, a list or a dictionary of them, in the dtypes that the model takes.
nn::TensorList read_inputs(const json& x);
/// Targets in the dtypes that the losses want: class indices are integers.
nn::TensorList read_targets(const json& y, const json& compile, nn::Model& model);
/// Sample weights.
nn::TensorList read_weights(const json& weights);

}  // namespace shikumi::golden
