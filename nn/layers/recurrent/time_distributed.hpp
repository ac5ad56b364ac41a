// TimeDistributed: a layer for each step of a sequence.
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include <shikumi/nn/shared_layer.hpp>

namespace shikumi::nn {

/// Applies a layer to every step: (batch, time, …) becomes (batch, time, …), each step being a
/// sample to the layer, with the part of a mask (batch, time, …) that speaks of it. Weights: the
/// layer's.
class TimeDistributed final : public Layer {
public:
    /// Applies `layer`.
    template <std::derived_from<Layer> L>
    explicit TimeDistributed(L layer, const LayerOptions& options = {})
        : TimeDistributed(shared(std::move(layer)), options) {}
    /// Throws ValueError where `layer` is null.
    explicit TimeDistributed(SharedLayer layer, const LayerOptions& options = {});

    /// A copy, which applies the same layer; a layer like it where a model is cloned.
    TimeDistributed(const TimeDistributed& other);
    /// Takes the layer.
    TimeDistributed(TimeDistributed&&) = default;
    /// Becomes a copy.
    TimeDistributed& operator=(const TimeDistributed& other) {
        return *this = TimeDistributed(other);
    }
    /// Takes the layer.
    TimeDistributed& operator=(TimeDistributed&&) = default;
    ~TimeDistributed() override = default;

    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    /// That of the layer's outputs, where they have one. Else each step's: it counts where any part
    /// of it does.
    Tensor compute_mask(const Tensor& x, const Tensor& mask) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    /// `make` makes the layer inside.
    static TimeDistributed from_config(ConfigReader& config, LayerMaker make);

private:
    SharedLayer layer_;
};

}  // namespace shikumi::nn
