// StateDict: the weights of a model by names.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

/// Tensors by names, which keep their order. As PyTorch's `state_dict`.
class StateDict {
public:
    using Entry = std::pair<std::string, Tensor>;  ///< a name and its tensor

    /// No tensors.
    StateDict() = default;
    /// Throws ValueError for a name twice.
    StateDict(std::vector<Entry> entries);

    /// The tensor of this name. Throws ValueError, with the nearest names, where there is none.
    const Tensor& operator[](std::string_view name) const;
    /// The tensor of this name; null where there is none.
    const Tensor* find(std::string_view name) const noexcept;
    /// Adds a tensor, or replaces the one of that name.
    void set(std::string_view name, Tensor value);
    /// How many tensors there are.
    std::size_t size() const noexcept { return entries_.size(); }
    /// The first pair of name and tensor.
    auto begin() const noexcept { return entries_.begin(); }
    /// Behind the last pair of name and tensor.
    auto end() const noexcept { return entries_.end(); }

private:
    std::vector<Entry> entries_;
};

/// A tensor that doesn't fit the weight of its name.
struct WeightMismatch {
    std::string name;  ///< of the weight
    Spec given;        ///< shape and dtype of the tensor
    Spec wanted;       ///< shape and dtype of the weight
};

/// What was taken of some tensors, and what not. Names are the model's where it has them.
struct WeightsReport {
    std::vector<std::string> taken;          ///< weights that have got new values
    std::vector<std::string> missing;        ///< weights without a tensor
    std::vector<std::string> unexpected;     ///< tensors without a weight
    std::vector<WeightMismatch> mismatched;  ///< weights whose tensor has another shape or dtype

    /// Whether every weight was taken, and every tensor used.
    bool complete() const noexcept {
        return missing.empty() && unexpected.empty() && mismatched.empty();
    }
    /// The report for people: one line, and one for each name that is in order nowhere.
    std::string text() const;
};

/// Which tensors are taken.
struct TakeOptions {
    bool strict = true;  ///< all weights and all tensors have to fit, or none is taken
    /// The name of the weight that a tensor is for, by the tensor's name; empty: none, it is left
    /// out. Where the function is empty, each tensor is for the weight of its name.
    std::function<std::string(const std::string& name)> rename = {};
};

/// The weights of a model by names: "dense/kernel", "dense/bias", …, in the order of
/// `get_weights`. A layer's automatic number counts within the model: its first Dense without a
/// name of its own is "dense", however many Dense the program has made before. Throws StateError
/// before the model's weights are known.
StateDict state_dict(Model& model);
/// Gives weights the values of their names. A float may be taken for a wider one, and an integer
/// for a wider one. With `strict` off, what fits is taken, and the report says what didn't. Throws
/// ValueError, with the report, where `strict` wants more; no weight has changed then.
WeightsReport load_state_dict(Model& model, const StateDict& values,
                              const TakeOptions& options = {});

}  // namespace shikumi::nn
