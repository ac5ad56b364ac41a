// GroupNormalization.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct GroupNormalizationOptions {
    Index groups = 32;      ///< -1: each channel is one, which is instance normalisation
    int axis = -1;          ///< the channels
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

/// γ (x − μ)/√(σ² + ε) + β, with μ and σ² of each sample over a group of channels and all other
/// axes. Y. Wu, K. He, ECCV 2018. Weights: gamma, beta, one for each channel.
class GroupNormalization final : public Layer {
public:
    /// Throws ValueError unless epsilon is positive and groups positive or -1.
    explicit GroupNormalization(const GroupNormalizationOptions& options = {});
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    GroupNormalizationOptions options_;
    Shape stretched_;  // of the weights beside the input
    Parameter gamma_, beta_;
};

}  // namespace shikumi::nn
