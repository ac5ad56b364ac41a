// How training goes on from a file of a case.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <shikumi/nn/models/model.hpp>

#include "case.hpp"

namespace shikumi::exchange {

/// What `compile` has to be told: loss and optimiser of the case, in Keras's terms.
nn::CompileOptions compile_options(const json& training, const std::vector<std::string>& outputs);
/// The numbers of the samples of a step.
Tensor order_of(const json& training, std::size_t step);
/// Throws Different unless the loss of a step is that of the case.
void compare_loss(const json& training, std::size_t step, double loss);
/// A step of plain gradient descent. `biases` says how many of them an LSTM or a SimpleRNN has where
/// the loss was computed: two, as PyTorch has, are one weight in a model of ours, which has to learn
/// twice as fast as the others.
void descend(const Tensor& loss, std::vector<Parameter> parameters, double rate, int biases);
/// Trains a compiled model on the case's steps and compares the loss of each.
void train(const Case& the_case, nn::Model& model);

}  // namespace shikumi::exchange
