// A piece of an ONNX graph as a layer.
#pragma once

#include <string>

#include <shikumi/nn/io/detail/onnx_program.hpp>
#include <shikumi/nn/shared_layer.hpp>

namespace shikumi::nn::detail {

/// Whether the steps read a constant as a weight: as real numbers that aren't looked at.
bool is_weight(const OnnxProgram& program, const std::string& name);
/// A layer of that name that runs the steps, from the tensors of the program's inputs to its
/// outputs. Weights are parameters under their names in the file. No file of this library can hold
/// it.
SharedLayer onnx_graph_layer(OnnxProgram program, const std::string& name);

}  // namespace shikumi::nn::detail
