// MultiHeadAttention.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/regularization/dropout.hpp>

namespace shikumi::nn {

/// What MultiHeadAttention can be given. Defaults are Keras's.
struct MultiHeadAttentionOptions {
    std::optional<Index> value_dim = {};     ///< features of a head's values; key_dim where absent
    std::optional<Index> output_shape = {};  ///< features of the output; the query's where absent
    double dropout = 0;                      ///< share of the weights dropped in training
    bool use_bias = true;                    ///< give each projection a bias
    std::vector<int> attention_axes = {};    ///< all between batch and features where it is empty
    bool use_causal_mask = false;            ///< let query i see keys 0 to i only
    bool return_attention_scores = false;    ///< return the weights of the values, too
    Initializer kernel_initializer = glorot_uniform();  ///< of the projections
    Initializer bias_initializer = zeros_init();        ///< of the biases
    Regularizer kernel_regularizer = {};                ///< penalty on the projections
    Regularizer bias_regularizer = {};                  ///< penalty on the biases
    Constraint kernel_constraint = {};                  ///< of the projections
    Constraint bias_constraint = {};                    ///< of the biases
    std::string name = {};                              ///< numbered by class where it is empty
    DType dtype = f32;  ///< of the weights and the inputs: f32 or f64
};

/// Attention of several heads, each with projections of its own to key_dim features. Inputs are as
/// for Attention, but with any number of axes between batch and features, (batch, others…,
/// attended…, features) in any order; the mask is (batch, queries, keys), with the attended axes
/// flattened. The weights of the values are (batch, others…, heads, attended queries…, attended
/// keys…). A. Vaswani et al., NIPS 2017. Weights: kernel (features, heads, dim) and bias (heads,
/// dim) of query, key and value, then kernel (heads, dim, features) and bias of the output.
class MultiHeadAttention final : public Layer {
public:
    /// Throws ValueError unless the sizes are positive.
    MultiHeadAttention(Index num_heads, Index key_dim,
                       const MultiHeadAttentionOptions& options = {});
    void build(const Spec& input) override { build_all({input}); }
    /// Makes the projections. Throws ShapeError for axes that the inputs haven't got.
    void build_all(const std::vector<Spec>& inputs) override;
    Tensor call(const Tensor& x, Mode mode) override { return call_all({x}, mode).front(); }
    /// Throws ShapeError where the inputs don't fit.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string config() const override;

protected:
    void check_input(const Tensor& x) override;

private:
    struct Projection {
        Parameter kernel, bias;
    };
    Projection add_projection(const std::string& name, const Shape& kernel, const Shape& bias);
    Tensor heads(const Tensor& x, const Projection& projection) const;

    Index num_heads_, key_dim_;
    MultiHeadAttentionOptions options_;
    Dropout dropout_;
    Projection query_, key_, value_, output_;
};

}  // namespace shikumi::nn
