// A whole model as a file: what it is made of, its weights, how it is trained and how far it is.
#pragma once

#include <memory>
#include <string>

#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

/// How a model is saved.
struct SaveOptions {
    bool include_optimizer = true;  ///< with the options of `compile` and the optimiser's memory
    int keep = 0;  ///< how many older files of that name stay, as "name.1", "name.2", …
};

/// Saves a model: its architecture in Keras's terms, its weights and the states of its layers; of
/// a compiled one also the options of `compile`, the optimiser's memory and the random numbers, so
/// that it trains on with the same bits. The file is a safetensors file whose metadata hold the
/// rest as JSON; it takes its name when it is complete and on the disk, until then an older one
/// stays. docs/files.md describes the format. A name that ends in .keras or .h5 is written for
/// Keras, as by `save_keras`, without random numbers and states; one that ends in .onnx as by
/// `save_onnx`, what it predicts alone; a file called model.json is a layers-model, as by
/// `save_tfjs`.
///
/// Throws StateError before the model's weights are known, and for a class of one's own that isn't
/// registered (`register_layer`); ValueError for functions, losses and optimisers of one's own that
/// aren't, for a name that ends in .weights.h5, .npz, .pt or .pth, as files of weights do, and for
/// `keep` with a layers-model;
/// IoError where the file can't be written.
void save(Model& model, const std::string& path, const SaveOptions& options = {});
/// The model that `save` has written, compiled if it was, Keras or TensorFlow.js: files of
/// theirs, which their content tells, are read as `load_keras` and `load_tfjs` do. Nothing that the
/// file names is run but layers and functions of the library, and those that the program has
/// registered. Throws IoError for a file that is missing, damaged, another one, or of a newer
/// format; ValueError, naming the class, for what isn't registered.
std::shared_ptr<Model> load(const std::string& path);

}  // namespace shikumi::nn
