// Dense: the fully connected layer.
#pragma once

#include <optional>
#include <string>

#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What Dense can be given. Defaults are Keras's.
struct DenseOptions {
    ActivationFunction activation = linear;             ///< applied to the output
    bool use_bias = true;                               ///< have a bias
    Initializer kernel_initializer = glorot_uniform();  ///< of the kernel
    Initializer bias_initializer = zeros_init();        ///< of the bias
    Regularizer kernel_regularizer = {};                ///< penalty on the kernel
    Regularizer bias_regularizer = {};                  ///< penalty on the bias
    Regularizer activity_regularizer = {};              ///< penalty on the output, a sample
    Constraint kernel_constraint = {};                  ///< of the kernel
    Constraint bias_constraint = {};                    ///< of the bias
    std::optional<Index> input_dim = {};                ///< short for an input_shape of one axis
    Shape input_shape = {};  ///< of one sample; known from the data where it is empty
    std::string name = {};   ///< "dense", "dense_1", … where it is empty
    DType dtype = f32;       ///< of the weights and the input: f32 or f64
};

/// activation(x · kernel + bias) over the last axis: (batch, …, in) becomes (batch, …, units).
/// Weights: kernel (in, units), then bias (units).
class Dense final : public Layer {
public:
    /// Throws ValueError unless `units` (and `input_dim`) is positive.
    explicit Dense(Index units, const DenseOptions& options = {});
    /// Makes the weights. Throws ShapeError for an input without features.
    void build(const Spec& input) override;
    /// Throws ShapeError for another number of features than the kernel was made for.
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Dense from_config(ConfigReader& config);

private:
    Index units_;
    DenseOptions options_;
    Parameter kernel_, bias_;
};

}  // namespace shikumi::nn
