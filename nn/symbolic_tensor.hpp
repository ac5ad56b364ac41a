// SymbolicTensor: stands for a tensor in a model that is being put together. `x | Dense(64)` is
// the output of the layer for it.
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/shared_layer.hpp>

namespace shikumi::nn {

/// An output of a layer's call, of which only shape and dtype are known. Copies are the same
/// tensor.
class SymbolicTensor {
public:
    /// A layer's call, or an input of a model where there is no layer.
    struct Call {
        SharedLayer layer;                   ///< what is called; empty for an input
        std::string input_name;              ///< the name of an input
        std::vector<SymbolicTensor> inputs;  ///< what the layer is called on
        std::vector<Spec> outputs;           ///< shape and dtype of each output
        bool on_list;                        ///< whether the layer is called on a list of tensors

        /// The name of the layer or the input.
        const std::string& name() const { return layer.layer ? layer.layer->name() : input_name; }
    };

    /// Output number `output` of a call.
    SymbolicTensor(std::shared_ptr<const Call> call, std::size_t output)
        : call_(std::move(call)), output_(output) {}
    /// The call that the tensor is an output of.
    const std::shared_ptr<const Call>& call() const noexcept { return call_; }
    /// Its number among the outputs of the call.
    std::size_t output() const noexcept { return output_; }
    /// Shape and dtype; the size of the first axis, the batch, means nothing.
    const Spec& spec() const { return call_->outputs[output_]; }
    /// Whether both are the same output of the same call.
    friend bool operator==(const SymbolicTensor&, const SymbolicTensor&) = default;

private:
    std::shared_ptr<const Call> call_;
    std::size_t output_;
};

/// One symbolic tensor, or several: the inputs or outputs of a model.
class SymbolicTensors {
public:
    SymbolicTensors() = default;
    /// A single one: a SymbolicTensor or an Input.
    template <std::convertible_to<SymbolicTensor> S>
    SymbolicTensors(const S& one) : list_{SymbolicTensor(one)} {}
    /// Several, in order.
    SymbolicTensors(std::initializer_list<SymbolicTensor> list) : list_(list) {}
    /// Several, in order.
    SymbolicTensors(std::vector<SymbolicTensor> list) : list_(std::move(list)) {}
    /// Several in order, each under a name: for the outputs of a model.
    SymbolicTensors(std::initializer_list<std::pair<std::string, SymbolicTensor>> named) {
        for (const auto& [name, tensor] : named) {
            names_.push_back(name);
            list_.push_back(tensor);
        }
    }
    /// Several in order, each under a name.
    SymbolicTensors(std::vector<SymbolicTensor> list, std::vector<std::string> names)
        : list_(std::move(list)), names_(std::move(names)) {}
    /// The tensors in order.
    const std::vector<SymbolicTensor>& list() const noexcept { return list_; }
    /// The names of all of them; empty where they have none.
    const std::vector<std::string>& names() const noexcept { return names_; }

private:
    std::vector<SymbolicTensor> list_;
    std::vector<std::string> names_;
};

/// An input of a model for samples of this shape and dtype. `Input` is the usual way to one.
SymbolicTensor symbolic_input(const Spec& sample, const std::string& name);
/// The output of the layer for these inputs. Throws the errors of the layer for such tensors, and
/// ValueError where it gives several outputs.
SymbolicTensor connect(const SharedLayer& layer, const std::vector<SymbolicTensor>& inputs);
/// The outputs of a layer of several outputs for these inputs. Throws the errors of the layer.
std::vector<SymbolicTensor> connect_all(const SharedLayer& layer,
                                        const std::vector<SymbolicTensor>& inputs);

/// The output of the layer, which is moved into the model, for these inputs.
template <std::derived_from<Layer> L>
SymbolicTensor connect(L layer, const std::vector<SymbolicTensor>& inputs) {
    return connect(shared(std::move(layer)), inputs);
}
/// The outputs of the layer, which is moved into the model, for these inputs.
template <std::derived_from<Layer> L>
std::vector<SymbolicTensor> connect_all(L layer, const std::vector<SymbolicTensor>& inputs) {
    return connect_all(shared(std::move(layer)), inputs);
}
/// connect(layer, {x}). A layer that is to be used twice is made by `shared(…)`, or is a
/// std::shared_ptr: a copy would be another layer.
inline SymbolicTensor operator|(const SymbolicTensor& x, const SharedLayer& layer) {
    return connect(layer, {x});
}
/// connect(layer, {x}); the layer is moved into the model.
template <class L>
requires(std::derived_from<L, Layer>) SymbolicTensor operator|(const SymbolicTensor& x, L&& layer) {
    return connect(shared(std::move(layer)), {x});
}

}  // namespace shikumi::nn
