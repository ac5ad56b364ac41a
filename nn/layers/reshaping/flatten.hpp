// Flatten.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// (batch, …) becomes (batch, features), the last axis running fastest. Any dtype.
class Flatten final : public Layer {
public:
    /// Takes the options of every layer.
    explicit Flatten(const LayerOptions& options = {}) : Layer(options) {}
    Tensor call(const Tensor& x, Mode mode) override;
};

}  // namespace shikumi::nn
