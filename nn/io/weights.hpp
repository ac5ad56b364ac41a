// A model's weights as a file that other programs read.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/io/state_dict.hpp>

namespace shikumi::nn {

/// How weights are written.
struct SaveWeightsOptions {
    /// The type in which .safetensors and .npz store floats; that of the weights where it is
    /// empty. f16 and bf16 halve the file, and round.
    std::optional<formats::StoredType> floats = {};
    bool compress = false;            ///< deflate the arrays of an .npz file
    formats::Metadata metadata = {};  ///< texts for a safetensors file
    int keep = 0;  ///< how many older files of that name stay, as "name.1", "name.2", …
};

/// How weights are read.
struct LoadWeightsOptions {
    bool strict = true;  ///< all weights and all tensors have to fit, or none is taken
    /// The name of the weight that a tensor is for, by the tensor's name; empty: none, it is left
    /// out. Where the function is empty, each tensor is for the weight of its name.
    std::function<std::string(const std::string& name)> rename = {};
    formats::FileBudget budget = {};  ///< what the file may ask for
};

/// Writes the weights of a model, in the format that the file's extension says: under the names of
/// `state_dict` as safetensors, with a checksum for each, or as .npz; for Keras as .weights.h5 or
/// .h5, as `save_keras_weights` without the optimiser; for PyTorch as .pt or .pth, as
/// `save_torch_weights`. The file takes its name when it is complete and on the disk; until then an
/// older one stays. Throws ValueError for another extension, for options that a format doesn't have
/// and as those functions do; IoError where the file can't be written; StateError before the
/// model's weights are known.
void save_weights(Model& model, const std::string& file, const SaveWeightsOptions& options = {});
/// Reads weights of a model whose input shape is known by their names, from a safetensors or an
/// .npz file, whichever its content says; from Keras's and PyTorch's files as
/// `load_keras_weights` and `load_torch_weights` do, where `rename` is refused by a ValueError.
/// Throws IoError where the file can't be read, is damaged or, with `strict`, doesn't hold exactly
/// the weights of the model, with the report; no weight has changed then. With `strict` off, what
/// fits is taken, and the report says what didn't.
WeightsReport load_weights(Model& model, const std::string& file,
                           const LoadWeightsOptions& options = {});

}  // namespace shikumi::nn
