// Models for TensorFlow.js, in the browser and in Node: layers-models, out and in.
#pragma once

#include <memory>
#include <string>

#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/io/keras_config.hpp>
#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

/// How a model is written for TensorFlow.js.
struct SaveTfjsOptions {
    bool include_optimizer = true;  ///< with what `compile` was told, as the converter writes it
};

/// Writes a model so that `tf.loadLayersModel` of TensorFlow.js opens it: the JSON file of that
/// name, and its weights beside it in one file, "model.weights.bin" for "model.json". Both files
/// are complete and on the disk before one of them takes its name. Throws ValueError unless the
/// name ends in .json, and for what TensorFlow.js hasn't, naming layer and option; StateError
/// before the model's weights are known; IoError where a file can't be written.
void save_tfjs(Model& model, const std::string& path, const SaveTfjsOptions& options = {});

/// How a layers-model is read.
struct LoadTfjsOptions {
    bool compile = true;              ///< with what `compile` was told
    formats::FileBudget budget = {};  ///< what the files may ask for
    KerasReport* report = nullptr;    ///< where what was passed over is noted; null: nowhere
};

/// The layers-model of TensorFlow.js in a model.json and the files of weights that it names, which
/// have to lie in the same folder; its converter's, too, whose weights may be quantised to float16,
/// uint8 or uint16. The optimiser begins anew. Throws IoError for a file that is missing, damaged,
/// another one, or that doesn't hold the weights of the model; ValueError as
/// `model_from_keras_config` does.
std::shared_ptr<Model> load_tfjs(const std::string& path, const LoadTfjsOptions& options = {});

}  // namespace shikumi::nn
