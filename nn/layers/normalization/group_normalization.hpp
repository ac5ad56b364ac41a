// GroupNormalization.
#pragma once

#include <string>

#include <shikumi/nn/layers/normalization/affine_normalization.hpp>

namespace shikumi::nn {

/// What GroupNormalization can be given. Defaults are Keras's.
struct GroupNormalizationOptions {
    Index groups = 32;      ///< of channels; -1 makes each channel one: instance normalisation
    int axis = -1;          ///< the channels
    double epsilon = 1e-3;  ///< added to the variance
    bool center = true;     ///< have beta
    bool scale = true;      ///< have gamma
    Initializer beta_initializer = zeros_init();  ///< of beta
    Initializer gamma_initializer = ones_init();  ///< of gamma
    Regularizer beta_regularizer = {};            ///< penalty on beta
    Regularizer gamma_regularizer = {};           ///< penalty on gamma
    Constraint beta_constraint = {};              ///< of beta
    Constraint gamma_constraint = {};             ///< of gamma
    std::string name = {};  ///< "group_normalization", "group_normalization_1", … where it is empty
    DType dtype = f32;      ///< of the weights and the input: f32 or f64
};

/// γ (x − μ)/√(σ² + ε) + β, of x's shape, with μ and σ² of each sample over a group of channels and
/// all other axes. Y. Wu, K. He, ECCV 2018. Weights: gamma, beta, one for each channel.
class GroupNormalization final : public AffineNormalization {
public:
    /// Throws ValueError unless epsilon is positive and groups positive or -1.
    explicit GroupNormalization(const GroupNormalizationOptions& options = {});
    /// Makes the weights. Throws ShapeError for an axis that the input hasn't got, for the batch,
    /// and where the groups don't divide the channels.
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GroupNormalization from_config(ConfigReader& config);

private:
    GroupNormalizationOptions options_;
};

}  // namespace shikumi::nn
