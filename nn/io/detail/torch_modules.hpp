// Which module of PyTorch is which layer.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/nn/io/detail/torch_link.hpp>
#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn::detail {

/// A module by its path; a recurrent one has several levels, each of which is a layer here.
struct TorchModule {
    std::string path;  ///< "" for the whole
    int level = -1;    ///< of a recurrent module; -1: none

    /// The full name of a tensor: "rnn.weight_ih_l0_reverse" for "weight_ih_reverse".
    std::string tensor(std::string_view name) const;
    /// Its path, with the level behind a dot.
    std::string text() const;

    friend bool operator==(const TorchModule&, const TorchModule&) = default;
};

/// A layer that has weights, and what they are in PyTorch.
struct TorchLayer {
    std::string path;  ///< names of the layers that lead to it, joined by dots
    std::string class_name;
    std::vector<TorchLink> links;
};

/// The layers of a model that have weights, in its order. Throws ValueError for one that has no
/// counterpart in PyTorch.
std::vector<TorchLayer> torch_layers(Model& model);

/// The tensors of a file: names and shapes.
using TorchTensors = std::vector<std::pair<std::string, Shape>>;

/// The module of each layer. Those that `given` says, by the layers' paths; else, where there is a
/// module of the path of each other layer, that one; else the first modules that fit and are no
/// other layer's, in the order of the file. Nothing where no module fits.
std::vector<std::optional<TorchModule>> match_modules(
    const std::vector<TorchLayer>& layers, const TorchTensors& tensors,
    const std::map<std::string, std::string>& given);

/// The module that a layer is called by when nothing else says so: its path. "rnn.1" is level 1 of
/// the recurrent module "rnn".
TorchModule module_named(const TorchLayer& layer, const std::string& path);

}  // namespace shikumi::nn::detail
