// PyTorch's weights in and out: state dicts as .pt, .pth or safetensors.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/io/state_dict.hpp>
#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

/// Where a model's weights are in a file of PyTorch's.
struct TorchOptions {
    /// What the state dict stands under in a training checkpoint, such as "model"; where it is
    /// empty, the only state dict that fits is taken.
    std::string key = {};
    /// What the names begin with; names that begin otherwise are passed over. "module.", which
    /// DataParallel puts before all names, needs not be said.
    std::string prefix = {};
    /// The modules of layers, by the layers' paths: {{"dense", "fc"}}. "rnn.1" is level 1 of the
    /// recurrent module "rnn". The other layers are those of their own names, or else the modules
    /// that fit, in the order of both.
    std::map<std::string, std::string> modules = {};
    bool strict = true;               ///< all weights and all tensors have to fit, or none is taken
    formats::FileBudget budget = {};  ///< what the file may ask for
};

/// What was taken of a file of PyTorch's.
struct TorchReport {
    WeightsReport weights;  ///< names are the model's for taken ones, else the file's
    /// Layers and the modules that they got their weights from.
    std::vector<std::pair<std::string, std::string>> modules;
    /// What there is to know besides: prefixes, tied weights, objects that were passed over.
    std::vector<std::string> notes;

    /// The report for people.
    std::string text() const;
};

/// Gives a model the weights of a PyTorch module: as docs/coming-from-pytorch.md has it, kernels
/// are transposed, gates reordered, and the columns behind a Flatten brought from the order of
/// pictures with channels first into that of channels last, where the model has them so. Nothing
/// that the file names is run. Throws IoError as TorchFile does, and, with `strict`, where the file
/// doesn't hold exactly the weights of the model, with the report; no weight has changed then.
/// Throws ValueError for a layer that PyTorch has no module for.
TorchReport load_torch_weights(Model& model, const std::string& path,
                               const TorchOptions& options = {});

/// How weights are written for PyTorch.
struct SaveTorchOptions {
    /// A file of PyTorch's from which the model has its weights. Names, their order and types are
    /// those of that file, and what the model has no place for stays as it is there: how an LSTM's
    /// bias is split into two, batches counted so far, tensors of other modules.
    std::string like = {};
    std::string key = {};     ///< where the state dict stands in that file: see TorchOptions
    std::string prefix = {};  ///< what names begin with
    /// The modules of layers, by the layers' paths; else they are called as the layers.
    std::map<std::string, std::string> modules = {};
    /// How many batches the model was trained on since, for `num_batches_tracked`.
    std::int64_t batches = 0;
    int keep = 0;  ///< how many older files of that name stay, as "name.1", "name.2", …
};

/// Writes the weights as the state dict of the PyTorch module that does what the model does:
/// `load_state_dict(torch.load(path, weights_only=True))` takes it. A safetensors file is written
/// where the name ends so. Throws ValueError for a layer that PyTorch has no module for; StateError
/// before the model's weights are known; IoError where a file can't be read or written, or `like`
/// isn't of this model.
void save_torch_weights(Model& model, const std::string& path,
                        const SaveTorchOptions& options = {});

}  // namespace shikumi::nn
