// What PyTorch's modules give beside the output of the model.
#pragma once

#include <map>
#include <string>

#include <shikumi/nn/models/model.hpp>

#include "case.hpp"

namespace shikumi::exchange {

/// By PyTorch's names: "sequence", every step of the last recurrent layer; "h_n" and "c_n", the
/// last states of all of them, one direction after the other; "attention_weights", the mean over
/// the heads. The layers of the model follow each other; x is its input.
std::map<std::string, Tensor> inner_outputs(nn::Model& model, const Tensor& x);

}  // namespace shikumi::exchange
