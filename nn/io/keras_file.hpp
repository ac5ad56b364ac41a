// Whole models in Keras's files: .keras, and .h5 of before.
#pragma once

#include <memory>
#include <string>

#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/io/keras_config.hpp>
#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

/// How a model is read from Keras's files.
struct LoadKerasOptions {
    bool compile = true;              ///< with what `compile` was told, and the optimiser's memory
    formats::FileBudget budget = {};  ///< what the file may ask for
    KerasReport* report = nullptr;    ///< where what was passed over is noted; null: nowhere
};

/// The model that Keras has saved in a .keras file, or in an .h5 file with its architecture; which
/// of the two its content says. Files of Keras 3 and of Keras 2 are read. A model that was compiled
/// is compiled, and trains on from the optimiser's memory. Nothing that the file names is run but
/// what the library knows. Throws IoError for a file that is missing, damaged, another one, or that
/// doesn't hold the weights of its architecture; ValueError as `model_from_keras_config` does, and
/// where the optimiser's memory is that of another one.
std::shared_ptr<Model> load_keras(const std::string& path, const LoadKerasOptions& options = {});

/// How a model is written for Keras.
struct SaveKerasOptions {
    bool include_optimizer = true;  ///< with the options of `compile` and the optimiser's memory
    int keep = 0;  ///< how many older files of that name stay, as "name.1", "name.2", …
};

/// Writes a model so that Keras 3 opens it by `load_model`: as .keras or .h5, whichever the
/// extension says. The file takes its name when it is complete and on the disk; until then an older
/// one stays. Throws ValueError for another extension and for what Keras hasn't, naming layer and
/// option; StateError before the model's weights are known; IoError where the file can't be
/// written, or the library was built without libzip or libhdf5.
void save_keras(Model& model, const std::string& path, const SaveKerasOptions& options = {});

}  // namespace shikumi::nn
