// ONNX models out: models and functions of tensors become graphs that other programs run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/nn/models/model.hpp>

namespace shikumi::formats {
struct OnnxModel;  // <shikumi/formats.hpp>
}

namespace shikumi::nn {

/// How a graph is written.
struct SaveOnnxOptions {
    std::vector<std::string> inputs = {};  ///< names; empty: the model's, or "input", "input_1", …
    std::vector<std::string> outputs = {};  ///< names; empty: the model's, or "output", …
    /// Whether the first axis of inputs takes any size. Else that of a model is 1, and that of a
    /// function what its input says.
    bool any_batch = true;
    int keep = 0;  ///< how many older files of that name stay, as "name.1", "name.2", …
};

/// Writes what a model does in inference mode as an ONNX file: IR 8, opset 17. Operators are
/// called by the layers that they belong to, weights by their names. LSTM, GRU, convolutions,
/// poolings and normalisations are their operators; pictures are transposed where they enter and
/// leave. docs/coming-from-onnx.md lists operations and operators. Throws ValueError, naming layer
/// and operation, for what ONNX or this function doesn't have, such as random numbers, and where
/// the size of the batch changes what the model does; StateError where it looks at values, and
/// before the model's inputs are known; IoError as `write_onnx` does.
void save_onnx(Model& model, const std::string& path, const SaveOnnxOptions& options = {});
/// The same as a value, for changes before it is written. Throws as `save_onnx` does.
formats::OnnxModel onnx_from_model(Model& model, const SaveOnnxOptions& options = {});

/// A function of tensors that looks at no value: what `capture` takes, too.
using OnnxFunctionBody = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;
/// What a function does, given inputs of these shapes and dtypes, as a graph. With
/// `SaveOnnxOptions::any_batch`, the first axis of inputs is the batch, and its size means
/// nothing. Throws as `save_onnx` does.
formats::OnnxModel onnx_from_function(const OnnxFunctionBody& function,
                                      const std::vector<Spec>& inputs,
                                      const SaveOnnxOptions& options = {});

}  // namespace shikumi::nn
