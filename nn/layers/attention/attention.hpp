// Attention: each query's mixture of values, by how well their keys match it.
#pragma once

#include <optional>
#include <vector>

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/regularization/dropout.hpp>

namespace shikumi::nn {

struct AttentionOptions {
    Tensor mask = {};  ///< bool, broadcasts to (…, queries, keys): true where a key may be seen
    bool causal = false;               ///< query i sees keys 0 to i only
    std::optional<double> scale = {};  ///< 1/√features where it is absent
};

/// softmax(scale q kᵀ) v for q (…, queries, features), k (…, keys, features), v (…, keys, outputs).
/// A query that may see no key at all gets zeros. A. Vaswani et al., NIPS 2017. Throws ShapeError,
/// DTypeError.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options = {});

enum class Score { dot, concat };

struct AttentionLayerOptions {
    bool use_scale = false;                ///< learn a factor of the scores
    Score score_mode = Score::dot;         ///< q·k, or Σ tanh(q + k) times a learnt factor
    double dropout = 0;                    ///< of the shares
    bool use_causal_mask = false;          ///< query i sees keys 0 to i only
    bool return_attention_scores = false;  ///< the shares (batch, queries, keys), too
    std::string name = {};
    DType dtype = f32;
};

/// Luong's attention without projections: `attention({query, value})`, `({query, value, key})`, or
/// one tensor that attends to itself, all (batch, steps, features); a bool tensor (batch, queries,
/// keys) at the end is a mask. Masks of value and key are heeded; where the query has one, steps
/// that it hides get zeros.
class Attention final : public Layer {
public:
    explicit Attention(const AttentionLayerOptions& options = {});
    void build(const Spec& input) override { build_all({input}); }
    void build_all(const std::vector<Spec>& inputs) override;
    Tensor call(const Tensor& x, Mode mode) override { return call_all({x}, mode).front(); }
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;

protected:
    void check_input(const Tensor& x) override;

private:
    AttentionLayerOptions options_;
    Dropout dropout_;
    Parameter scale_, concat_score_weight_;
};

struct MultiHeadAttentionOptions {
    std::optional<Index> value_dim = {};     ///< key_dim where it is absent
    std::optional<Index> output_shape = {};  ///< the query's features where it is absent
    double dropout = 0;                      ///< of the shares
    bool use_bias = true;
    std::vector<int> attention_axes = {};  ///< all between batch and features where it is empty
    bool use_causal_mask = false;          ///< query i sees keys 0 to i only
    bool return_attention_scores = false;  ///< the shares, too
    Initializer kernel_initializer = glorot_uniform();
    Initializer bias_initializer = zeros_init();
    Regularizer kernel_regularizer = {};
    Regularizer bias_regularizer = {};
    Constraint kernel_constraint = {};
    Constraint bias_constraint = {};
    std::string name = {};
    DType dtype = f32;
};

/// Attention of several heads, each with projections of its own to key_dim features. Inputs as for
/// Attention, but with any number of axes between batch and features, (batch, others…, attended…,
/// features) in any order; the mask is (batch, queries, keys), the attended axes being flattened.
/// The shares are (batch, others…, heads, attended queries…, attended keys…). A. Vaswani et al.,
/// NIPS 2017. Weights: kernel (features, heads, dim) and bias (heads, dim) of query, key and value,
/// then kernel (heads, dim, features) and bias of the output.
class MultiHeadAttention final : public Layer {
public:
    /// Throws ValueError unless the sizes are positive.
    MultiHeadAttention(Index num_heads, Index key_dim,
                       const MultiHeadAttentionOptions& options = {});
    void build(const Spec& input) override { build_all({input}); }
    void build_all(const std::vector<Spec>& inputs) override;
    Tensor call(const Tensor& x, Mode mode) override { return call_all({x}, mode).front(); }
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
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
