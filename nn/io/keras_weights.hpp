// A model's weights in Keras's HDF5 files.
#pragma once

#include <string>

#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/io/state_dict.hpp>

namespace shikumi::nn {

/// How weights are read from Keras's files.
struct LoadKerasWeightsOptions {
    bool strict = true;  ///< all weights and all tensors have to fit, or none is taken
    /// Of a compiled model, the memory of its optimiser, too, where the file has it.
    bool include_optimizer = true;
    formats::FileBudget budget = {};  ///< what the file may ask for
};

/// Reads weights of a model whose input shape is known from an HDF5 file that Keras has written: a
/// .weights.h5 file, where they have their places by the classes of layers and their order; an
/// older .h5 file with weights or with a whole model, where layers with weights follow each other;
/// or a .keras file. Metrics in it are passed over. Smaller floats become f32. Throws IoError where
/// the file can't be read or, with `strict`, doesn't hold exactly the weights of the model, with
/// the report, and ValueError where it holds the memory of another optimiser; nothing has changed
/// then. With `strict` off, what fits is taken, and older files are matched by the names of the
/// layers.
WeightsReport load_keras_weights(Model& model, const std::string& file,
                                 const LoadKerasWeightsOptions& options = {});

/// How weights are written for Keras.
struct SaveKerasWeightsOptions {
    /// Of a compiled model, the memory of its optimiser, too; for .weights.h5, as Keras does.
    bool include_optimizer = true;
    int keep = 0;  ///< how many older files of that name stay, as "name.1", "name.2", …
};

/// Writes the weights of a model so that `load_weights` of the same model in Keras reads them: as
/// .weights.h5, or in the older form where the name only ends in .h5. The file takes its name when
/// it is complete and on the disk; until then an older one stays. Throws ValueError for another
/// extension; StateError before the model's weights are known; IoError where the file can't be
/// written or the library was built without libhdf5.
void save_keras_weights(Model& model, const std::string& file,
                        const SaveKerasWeightsOptions& options = {});

}  // namespace shikumi::nn
