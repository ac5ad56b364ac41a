// Sequential: layers one after another.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

/// A chain of layers, which are moved into it. It can be moved, and copied by `clone`.
class Sequential : public Model {
public:
    /// A chain without layers; "sequential", "sequential_1", … where it isn't given a name.
    explicit Sequential(std::string name = {});
    /// A chain of these layers, named by Keras's rule.
    template <std::derived_from<Layer>... L>
    requires(sizeof...(L) > 0) explicit Sequential(L... layers) : Sequential() {
        (add(std::make_shared<L>(std::move(layers))), ...);
    }
    /// Takes over everything, training included.
    Sequential(Sequential&&) noexcept = default;
    /// Takes over everything, training included. Throws ValueError where the other model holds this
    /// one.
    Sequential& operator=(Sequential&&) = default;
    ~Sequential() override;

    /// Moves a layer to the end of the chain. An `Input` is noted, not added. Throws ValueError for
    /// an Input after other layers, and for a layer that holds this model itself.
    template <std::derived_from<Layer> L>
    void add(L layer) {
        add(std::make_shared<L>(std::move(layer)));
    }
    /// Adds a layer that others may hold, too.
    template <std::derived_from<Layer> L>
    void add(std::shared_ptr<L> layer) {
        add(SharedLayer(std::move(layer)));
    }
    /// Adds a layer that others may hold, too.
    void add(SharedLayer layer);

    /// The layers in order.
    std::vector<std::shared_ptr<Layer>> layers() const;
    /// A model of its own with the same layers and weights, not compiled. Throws StateError where a
    /// layer's class isn't known, since it was added as a pointer to Layer.
    Sequential clone() const;

    Config get_config() const override;
    /// The model of that configuration, whose layers `make` makes. Throws ValueError for fields
    /// that it can't take.
    static Sequential from_config(ConfigReader& config, LayerMaker make);
    /// Makes the weights of the layers that are not built yet. Throws StateError where there is no
    /// layer, ShapeError where one doesn't keep the batch as first axis.
    void build(const Spec& input) override;
    bool logs_as_compiled() const override { return typeid(*this) == typeid(Sequential); }
    Tensor call(const Tensor& x, Mode mode) override;

protected:
    std::vector<Spec> known_inputs() const override;
    void describe_layers(ModelSummary& summary) const override;
    void describe_unbuilt(ModelSummary& summary) const override;
    bool named_alone() const noexcept override { return false; }

private:
    std::vector<SharedLayer> layers_;
    std::vector<Spec> layer_outputs_;  // of the layers built so far
    std::optional<Spec> input_;        // with a batch axis
};

}  // namespace shikumi::nn
