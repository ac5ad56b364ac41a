// TimeDistributed: a layer for each step of a sequence.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// Applies a layer to every step: (batch, time, …) becomes (batch, time, …), each step being a
/// sample to the layer. Weights: the layer's.
class TimeDistributed final : public Layer {
public:
    template <std::derived_from<Layer> L>
    explicit TimeDistributed(L layer, const LayerOptions& options = {})
        : TimeDistributed(std::make_shared<L>(std::move(layer)), options) {}
    /// Throws ValueError where `layer` is null.
    explicit TimeDistributed(std::shared_ptr<Layer> layer, const LayerOptions& options = {});
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    std::shared_ptr<Layer> layer_;
};

}  // namespace shikumi::nn
