// ONNX models in: graphs of other programs become models that predict and are trained on.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/models/model.hpp>

namespace shikumi::formats {
struct OnnxModel;  // <shikumi/formats.hpp>
}

namespace shikumi::nn {

/// How an ONNX file is read.
struct OnnxOptions {
    /// The shapes of one sample, for inputs of which the file leaves more open than the batch.
    std::map<std::string, Shape> samples = {};
    formats::FileBudget budget = {};  ///< what the file may ask for
};

/// The model in an ONNX file, opsets 7 to 21. Weights become parameters, so that it can be trained
/// on; products, convolutions, poolings, normalisations, recurrences and activations become the
/// layers of their names, and what is no layer becomes one that does the operators together. Axes
/// of transposed tensors are followed: layers have their channels last. docs/coming-from-onnx.md
/// says which operators are known, and what is lost. Throws IoError as `read_onnx` does;
/// ValueError, naming node and operator, for what can't be done, for control flow that depends on
/// the data, and unless the first axis of all inputs and outputs is the batch: see
/// `load_onnx_layer`.
Model load_onnx(const std::string& path, const OnnxOptions& options = {});
/// The model of a file that has been read. Throws as `load_onnx` does.
Model model_from_onnx(const formats::OnnxModel& file, const OnnxOptions& options = {});

/// A graph as one layer.
struct OnnxLayer {
    std::shared_ptr<Layer> layer;      ///< to be called on a list of tensors
    std::vector<std::string> inputs;   ///< names of what it is called on
    std::vector<std::string> outputs;  ///< names of what it gives
};

/// The graph of an ONNX file as one layer, which follows its operators as they stand: inputs and
/// outputs have any axes, whose sizes may be open. Weights become parameters. Throws as `load_onnx`
/// does, but for the batch.
OnnxLayer load_onnx_layer(const std::string& path, const formats::FileBudget& budget = {});
/// The layer of a file that has been read. Throws as `load_onnx_layer` does.
OnnxLayer layer_from_onnx(const formats::OnnxModel& file);

}  // namespace shikumi::nn
