// SharedLayer: a layer that several models, or several calls of one model, own together.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// A layer with shared ownership, and how to copy a layer of its class.
struct SharedLayer {
    std::shared_ptr<Layer> layer;  ///< null where none was given
    /// Copies a layer of this class; null where the class isn't known or has no copies.
    std::shared_ptr<Layer> (*copy)(const Layer&) = nullptr;

    SharedLayer() = default;
    /// Shares a layer whose class isn't known, so that it can't be copied.
    SharedLayer(std::shared_ptr<Layer> given) : layer(std::move(given)) {}
    /// Shares a layer of a known class.
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
    /// A layer of the same kind that is yet to be built; a model comes with copies of its weights.
    /// Throws StateError where the class isn't known or has no copies.
    SharedLayer clone() const;
};
/// The layer as Keras 3 writes it.
inline Config to_config(const SharedLayer& shared) { return to_config(*shared.layer); }

/// Makes a layer of any known class from what `to_config` says of it. Models and wrappers get such
/// a function, to make the layers inside of them.
using LayerMaker = SharedLayer (*)(const Config& config);

/// Moves a layer to where models and calls can share it.
template <std::derived_from<Layer> L>
SharedLayer shared(L layer) {
    return SharedLayer(std::make_shared<L>(std::move(layer)));
}

}  // namespace shikumi::nn
