// BatchNormalization.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct BatchNormalizationOptions {
    int axis = -1;           ///< the channels, each of which is normalised for itself
    double momentum = 0.99;  ///< how much of the moving statistics each step keeps
    double epsilon = 1e-3;   ///< added to the variance
    bool center = true;      ///< have beta
    bool scale = true;       ///< have gamma
    Initializer beta_initializer = zeros_init();
    Initializer gamma_initializer = ones_init();
    Regularizer beta_regularizer = {};
    Regularizer gamma_regularizer = {};
    Constraint beta_constraint = {};
    Constraint gamma_constraint = {};
    Initializer moving_mean_initializer = zeros_init();
    Initializer moving_variance_initializer = ones_init();
    std::string name = {};
    DType dtype = f32;
};

/// γ (x − μ)/√(σ² + ε) + β for each channel. While training, μ and σ² (not corrected for the size
/// of the sample) are those of the batch, which the moving ones approach; otherwise, and where the
/// layer isn't trainable, the moving ones. Steps that a mask hides don't count. S. Ioffe, C.
/// Szegedy, ICML 2015. Weights: gamma, beta, moving_mean, moving_variance.
class BatchNormalization final : public Layer {
public:
    /// Throws ValueError unless the momentum lies in [0, 1] and epsilon is positive.
    explicit BatchNormalization(const BatchNormalizationOptions& options = {});
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;

private:
    BatchNormalizationOptions options_;
    Shape stretched_;  // of the weights beside the input
    Parameter gamma_, beta_, moving_mean_, moving_variance_;
};

}  // namespace shikumi::nn
