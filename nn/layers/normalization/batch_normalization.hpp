// BatchNormalization.
#pragma once

#include <string>

#include <shikumi/nn/layers/normalization/affine_normalization.hpp>

namespace shikumi::nn {

/// What BatchNormalization can be given. Defaults are Keras's.
struct BatchNormalizationOptions {
    int axis = -1;           ///< the channels, each of which is normalised for itself
    double momentum = 0.99;  ///< the share of the moving statistics that each step keeps
    double epsilon = 1e-3;   ///< added to the variance
    bool center = true;      ///< have beta
    bool scale = true;       ///< have gamma
    Initializer beta_initializer = zeros_init();            ///< of beta
    Initializer gamma_initializer = ones_init();            ///< of gamma
    Regularizer beta_regularizer = {};                      ///< penalty on beta
    Regularizer gamma_regularizer = {};                     ///< penalty on gamma
    Constraint beta_constraint = {};                        ///< of beta
    Constraint gamma_constraint = {};                       ///< of gamma
    Initializer moving_mean_initializer = zeros_init();     ///< of the moving mean
    Initializer moving_variance_initializer = ones_init();  ///< of the moving variance
    /// Whether the moving variance approaches that of the population, n/(n − 1) times that of a
    /// batch of n, as in PyTorch; batches are normalised by their own either way.
    bool unbiased = false;
    std::string name = {};  ///< "batch_normalization", "batch_normalization_1", … where it is empty
    DType dtype = f32;      ///< of the weights and the input: f32 or f64
};

/// γ (x − μ)/√(σ² + ε) + β for each channel, of x's shape. In training, μ and σ² (not corrected for
/// the size of the sample) are those of the batch, and the moving ones approach them; otherwise,
/// and where the layer isn't trainable, they are the moving ones. Called several times in a step,
/// the layer approaches the statistics of one call after the other. Steps that a mask hides don't
/// count. S. Ioffe, C. Szegedy, ICML 2015. Weights: gamma, beta, moving_mean, moving_variance.
class BatchNormalization final : public AffineNormalization {
public:
    /// Throws ValueError unless the momentum lies in [0, 1] and epsilon is positive.
    explicit BatchNormalization(const BatchNormalizationOptions& options = {});
    /// Makes the weights. Throws ShapeError for an axis that the input hasn't got, and the batch.
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static BatchNormalization from_config(ConfigReader& config);

private:
    BatchNormalizationOptions options_;
    Parameter moving_mean_, moving_variance_;
};

}  // namespace shikumi::nn
