// PyTorch's training checkpoints: the optimiser's memory in and out.
#pragma once

#include <cstdint>
#include <string>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/nn/io/torch_weights.hpp>
#include <shikumi/optim/optimizer.hpp>

namespace shikumi::nn {

/// Where an optimiser is in a file of PyTorch's.
struct TorchOptimizerOptions {
    /// What its state dict stands under: "optimizer". Where it is empty, the only one is taken.
    std::string key = {};
    TorchOptions weights = {};  ///< where the model's weights are in the same file
};

/// The optimiser of a checkpoint that holds the weights of this model, too: PyTorch's form of it,
/// with its options, learning rates, memory and groups. Training goes on with PyTorch's numbers:
/// `model.compile({.optimizer = load_torch_optimizer(model, "checkpoint.pt"), …})`. Which weight
/// has which memory is told by `param_names` where the file has them, else by the order of the
/// weights.
///
/// An LSTM and a SimpleRNN have one bias for two of PyTorch's, which get the same gradient: such
/// biases are a group of their own with twice the learning rate and half the decay, which gives the
/// same sum; only Adam's coupled weight decay, which isn't linear, then differs.
///
/// Throws IoError as `load_torch_weights` does, and for an optimiser that isn't known, and state
/// that doesn't fit the weights.
optim::Optimizer load_torch_optimizer(Model& model, const std::string& path,
                                      const TorchOptimizerOptions& options = {});

/// How a checkpoint is written.
struct SaveTorchCheckpointOptions {
    SaveTorchOptions weights = {};            ///< how the weights are named and ordered
    std::string model_key = "model";          ///< what the weights stand under
    std::string optimizer_key = "optimizer";  ///< what the optimiser stands under
    Config values = Config::Object{};  ///< what else there is to say, by names: {{"epoch", 20}}
};

/// Writes a compiled model's weights and its optimiser as a training checkpoint: a dict that
/// `torch.load(path, weights_only=True)` opens, whose parts the module's and the optimiser's
/// `load_state_dict` take. Throws as `save_torch_weights` does; StateError before `compile`;
/// ValueError for an optimiser that isn't one of PyTorch's forms.
void save_torch_checkpoint(Model& model, const std::string& path,
                           const SaveTorchCheckpointOptions& options = {});

}  // namespace shikumi::nn
