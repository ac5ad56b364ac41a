// LayerNormalization.
#pragma once

#include <string>

#include <shikumi/nn/layers/normalization/affine_normalization.hpp>

namespace shikumi::nn {

/// What LayerNormalization can be given. Defaults are Keras's.
struct LayerNormalizationOptions {
    Axes axis = -1;         ///< axes that are normalised together; not the batch
    double epsilon = 1e-3;  ///< added to the variance
    bool center = true;     ///< have beta
    bool scale = true;      ///< have gamma
    Initializer beta_initializer = zeros_init();  ///< of beta
    Initializer gamma_initializer = ones_init();  ///< of gamma
    Regularizer beta_regularizer = {};            ///< penalty on beta
    Regularizer gamma_regularizer = {};           ///< penalty on gamma
    Constraint beta_constraint = {};              ///< of beta
    Constraint gamma_constraint = {};             ///< of gamma
    std::string name = {};  ///< "layer_normalization", "layer_normalization_1", … where it is empty
    DType dtype = f32;      ///< of the weights and the input: f32 or f64
};

/// γ (x − μ)/√(σ² + ε) + β, of x's shape, with μ and σ² of each sample over the axes. J. Ba, J.
/// Kiros, G. Hinton, "Layer normalization", 2016. Weights: gamma, beta, of the axes' sizes.
class LayerNormalization final : public AffineNormalization {
public:
    /// Throws ValueError unless epsilon is positive.
    explicit LayerNormalization(const LayerNormalizationOptions& options = {});
    /// Makes the weights. Throws ShapeError for axes that the input hasn't got, and the batch.
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static LayerNormalization from_config(ConfigReader& config);

private:
    LayerNormalizationOptions options_;
};

}  // namespace shikumi::nn
