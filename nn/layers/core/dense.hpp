// Dense: the fully connected layer.
#pragma once

#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct DenseOptions {
    ActivationFunction activation = linear;
    bool use_bias = true;
    Initializer kernel_initializer = glorot_uniform();
    Initializer bias_initializer = zeros_init();
    Regularizer kernel_regularizer = {};
    Regularizer bias_regularizer = {};
    Regularizer activity_regularizer = {};  ///< of the output
    Constraint kernel_constraint = {};
    Constraint bias_constraint = {};
    std::optional<Index> input_dim = {};  ///< short for an input_shape of one axis
    Shape input_shape = {};
    std::string name = {};
    DType dtype = f32;
};

/// activation(x · kernel + bias) over the last axis: (…, in) becomes (…, units). Weights: kernel
/// (in, units), then bias (units).
class Dense final : public Layer {
public:
    /// Throws ValueError unless `units` (and `input_dim`) is positive.
    explicit Dense(Index units, const DenseOptions& options = {});
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    std::string config() const override;

private:
    Index units_;
    DenseOptions options_;
    Parameter kernel_, bias_;
};

}  // namespace shikumi::nn
