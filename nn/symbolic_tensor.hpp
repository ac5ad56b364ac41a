// SymbolicTensor: stands for a tensor while a model is being drawn. `x | Dense(64)` is what the
// layer makes of it.
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// A layer that a model owns together with others, and how to copy one of its class.
struct SharedLayer {
    std::shared_ptr<Layer> layer;
    std::shared_ptr<Layer> (*copy)(const Layer&) = nullptr;  ///< null: its class isn't known

    SharedLayer() = default;
    SharedLayer(std::shared_ptr<Layer> given) : layer(std::move(given)) {}
    template <std::derived_from<Layer> L>
    requires(!std::same_as<L, Layer>) SharedLayer(std::shared_ptr<L> given)
        : layer(std::move(given)) {
        if constexpr (requires(const L& l) {
                          { l.clone() } -> std::same_as<L>;
                      })
            copy = [](const Layer& from) -> std::shared_ptr<Layer> {
                return std::make_shared<L>(static_cast<const L&>(from).clone());
            };
        else if constexpr (std::is_copy_constructible_v<L>)
            copy = [](const Layer& from) -> std::shared_ptr<Layer> {
                return std::make_shared<L>(static_cast<const L&>(from));
            };
    }
    /// A layer of the same kind; while a Cloning lives, one without weights. Throws StateError
    /// where the class isn't known or has no copies.
    SharedLayer clone() const;
};

/// An output of a layer's call in a drawing. Copying shares it.
class SymbolicTensor {
public:
    /// A layer's call, or an input of the drawing where there is no layer.
    struct Call {
        SharedLayer layer;
        std::string input_name;
        std::vector<SymbolicTensor> inputs;
        std::vector<Spec> outputs;
        bool several;  // whether `call_all` was asked

        const std::string& name() const { return layer.layer ? layer.layer->name() : input_name; }
    };

    SymbolicTensor(std::shared_ptr<const Call> call, std::size_t output)
        : call_(std::move(call)), output_(output) {}
    const std::shared_ptr<const Call>& call() const noexcept { return call_; }
    std::size_t output() const noexcept { return output_; }
    /// Shape and dtype; the size of the first axis, the batch, means nothing.
    const Spec& spec() const { return call_->outputs[output_]; }
    friend bool operator==(const SymbolicTensor&, const SymbolicTensor&) = default;

private:
    std::shared_ptr<const Call> call_;
    std::size_t output_;
};

/// An input of a drawing, for samples of this shape and dtype.
SymbolicTensor input_symbol(const Spec& sample, const std::string& name);
/// What the layer makes of the symbols. Throws what it throws for such tensors, and ValueError
/// where it gives several outputs.
SymbolicTensor connect(const SharedLayer& layer, const std::vector<SymbolicTensor>& inputs);
/// The same for a layer of several outputs.
std::vector<SymbolicTensor> connect_all(const SharedLayer& layer,
                                        const std::vector<SymbolicTensor>& inputs);

template <std::derived_from<Layer> L>
SharedLayer shared(L layer) {
    return SharedLayer(std::make_shared<L>(std::move(layer)));
}
template <std::derived_from<Layer> L>
SymbolicTensor connect(L layer, const std::vector<SymbolicTensor>& inputs) {
    return connect(shared(std::move(layer)), inputs);
}
template <std::derived_from<Layer> L>
std::vector<SymbolicTensor> connect_all(L layer, const std::vector<SymbolicTensor>& inputs) {
    return connect_all(shared(std::move(layer)), inputs);
}
/// connect(layer, {x}). A layer that is to be used twice is made by `shared(…)`, or is a
/// std::shared_ptr: a copy would be another layer.
inline SymbolicTensor operator|(const SymbolicTensor& x, const SharedLayer& layer) {
    return connect(layer, {x});
}
template <class L>
requires(std::derived_from<L, Layer>) SymbolicTensor operator|(const SymbolicTensor& x, L&& layer) {
    return connect(shared(std::move(layer)), {x});
}

/// One symbol or several.
class SymbolicTensors {
public:
    SymbolicTensors() = default;
    template <std::convertible_to<SymbolicTensor> S>
    SymbolicTensors(const S& one) : list_{SymbolicTensor(one)} {}
    SymbolicTensors(std::initializer_list<SymbolicTensor> list) : list_(list) {}
    SymbolicTensors(std::vector<SymbolicTensor> list) : list_(std::move(list)) {}
    const std::vector<SymbolicTensor>& list() const noexcept { return list_; }

private:
    std::vector<SymbolicTensor> list_;
};

}  // namespace shikumi::nn
