// How training goes on from a file of a case.
#pragma once

#include <vector>

#include <shikumi/nn/models/model.hpp>

#include "case.hpp"

namespace shikumi::exchange {

/// What `compile` has to be told: loss and optimiser of the case, in Keras's terms.
nn::CompileOptions compile_options(const json& training, const std::vector<std::string>& outputs);
/// Trains a compiled model on the case's steps and compares the loss of each.
void train(const Case& the_case, nn::Model& model);

}  // namespace shikumi::exchange
