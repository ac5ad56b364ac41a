// The state dict of a file, and how a model's weights lie in it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/formats/stored_tensor.hpp>
#include <shikumi/formats/tensor_file.hpp>
#include <shikumi/nn/io/detail/torch_modules.hpp>
#include <shikumi/nn/io/torch_weights.hpp>

namespace shikumi::nn::detail {

/// A state dict within an open file: the tensors whose names begin with `start`.
class TorchState {
public:
    /// Finds the state dict that fits the layers best. Throws IoError beginning with `who` where
    /// there is none under the key that the options say.
    TorchState(std::string_view who, const formats::TensorFile& file,
               const std::vector<TorchLayer>& layers, const TorchOptions& options);

    /// What the names in the file begin with: "model.module.".
    const std::string& start() const noexcept { return start_; }
    /// The part of it that the file begins the names with, but for the key: "module.".
    const std::string& prefix() const noexcept { return prefix_; }
    /// The tensors without that, in the order of the file.
    const TorchTensors& tensors() const noexcept { return tensors_; }
    /// The module of each layer.
    const std::vector<std::optional<TorchModule>>& modules() const noexcept { return modules_; }
    /// Whether a layer's link has all its tensors, with shapes and types that fit.
    bool whole(std::size_t layer, std::size_t link) const { return whole_[layer][link]; }
    /// What fits of layers and tensors.
    const TorchReport& report() const noexcept { return report_; }
    /// Whether there is a tensor.
    bool contains(std::string_view name) const;
    /// A tensor's values.
    Tensor read(std::string_view name) const;
    /// The type of a tensor in the file.
    formats::StoredType type(std::string_view name) const;

private:
    void choose(const std::vector<TorchLayer>& layers, const TorchOptions& options);
    void compare(const std::vector<TorchLayer>& layers);
    // Whether a tensor is the constant of a link.
    bool holds(const std::string& name, const TorchLink& link) const;
    void add_notes();

    std::string_view who_;
    const formats::TensorFile& file_;
    std::string start_, prefix_;
    TorchTensors tensors_;
    std::vector<std::optional<TorchModule>> modules_;
    std::vector<std::vector<bool>> whole_;
    TorchReport report_;
};

/// A model's weights as PyTorch has them.
struct TorchDict {
    std::vector<formats::NamedTensor> tensors;  ///< in the order of the file
    std::vector<TorchModule> modules;           ///< of each layer
    std::string prefix;                         ///< what all names begin with
};

/// The weights of these layers, as `save_torch_weights` writes them. Errors begin with `who`.
TorchDict torch_dict(std::string_view who, const std::vector<TorchLayer>& layers,
                     const SaveTorchOptions& options);
/// The modules with the versions of their layouts.
std::vector<std::pair<std::string, int>> module_versions(const std::vector<TorchLayer>& layers,
                                                         const TorchDict& dict);

}  // namespace shikumi::nn::detail
