// LayerNormalization.
#pragma once

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct LayerNormalizationOptions {
    Axes axis = -1;         ///< what is normalised together
    double epsilon = 1e-3;  ///< added to the variance
    bool center = true;     ///< have beta
    bool scale = true;      ///< have gamma
    Initializer beta_initializer = zeros_init();
    Initializer gamma_initializer = ones_init();
    Regularizer beta_regularizer = {};
    Regularizer gamma_regularizer = {};
    Constraint beta_constraint = {};
    Constraint gamma_constraint = {};
    std::string name = {};
    DType dtype = f32;
};

/// γ (x − μ)/√(σ² + ε) + β, with μ and σ² of each sample over the axes. J. Ba, J. Kiros, G. Hinton,
/// "Layer normalization", 2016. Weights: gamma, beta, of the axes' sizes.
class LayerNormalization final : public Layer {
public:
    /// Throws ValueError unless epsilon is positive.
    explicit LayerNormalization(const LayerNormalizationOptions& options = {});
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;

private:
    LayerNormalizationOptions options_;
    Shape stretched_;  // of gamma and beta beside the input
    Parameter gamma_, beta_;
};

}  // namespace shikumi::nn
