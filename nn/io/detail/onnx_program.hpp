// OnnxProgram: an ONNX graph as a list of steps, without functions, branches and constants.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <shikumi/formats/onnx_file.hpp>
#include <shikumi/nn/io/detail/onnx_call.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>

namespace shikumi::nn::detail {

/// A node with its operator.
struct OnnxStep {
    formats::OnnxNode node;
    const OnnxOperator* op = nullptr;
    Index opset = 0;
};

/// What a tensor that doesn't depend on the inputs is there for.
enum class OnnxRole {
    number,  ///< belongs to the graph
    buffer,  ///< belongs to the network, but gradients don't change it: statistics
    weight   ///< is learned, or made of what is
};

/// A tensor that doesn't depend on the inputs.
struct OnnxConstant {
    Tensor value;
    OnnxRole role = OnnxRole::number;
};

/// Steps, each behind those that it depends on, from inputs to outputs.
struct OnnxProgram {
    std::vector<formats::OnnxValue> inputs;
    std::vector<std::string> outputs;       ///< which tensors come out
    std::vector<std::string> output_names;  ///< and what the graph calls them
    std::vector<OnnxStep> steps;
    std::map<std::string, OnnxConstant, std::less<>> constants;
    Index batch = 0;  ///< fixed by the file; 0: free
};

/// The program of a model: functions are inlined, branches on constants taken, and what depends on
/// constants alone is computed. `who` begins errors, which name file, node and operator. Throws
/// ValueError for operators, opsets and domains that aren't known, other control flow, names that
/// nothing produces or that two nodes do, and circles.
OnnxProgram onnx_program(const formats::OnnxModel& model, std::string_view who,
                         const std::string& path);

/// Tensors by their names in a graph.
using OnnxValues = std::map<std::string, OnnxOperand, std::less<>>;

/// Runs the steps on inputs, with the tensors of `weights` in the place of the constants of these
/// names. All values by their names.
OnnxValues run_onnx(const OnnxProgram& program, const std::vector<Tensor>& inputs,
                    const std::map<std::string, Tensor, std::less<>>& weights = {},
                    Mode mode = Mode::infer);
/// Runs one step.
std::vector<OnnxOperand> run_step(const OnnxStep& step, std::vector<OnnxOperand> operands,
                                  Mode mode, Index batch);

}  // namespace shikumi::nn::detail
