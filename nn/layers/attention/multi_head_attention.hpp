// MultiHeadAttention.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shikumi/nn/layers/attention/headed_attention.hpp>

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

/// Attention of several heads, each with queries, keys and values of its own. A. Vaswani et al.,
/// NIPS 2017.
class MultiHeadAttention final : public HeadedAttention {
public:
    /// Throws ValueError unless the sizes are positive.
    MultiHeadAttention(Index num_heads, Index key_dim,
                       const MultiHeadAttentionOptions& options = {})
        : HeadedAttention("multi_head_attention",
                          {.queries = num_heads,
                           .keys = num_heads,
                           .key_dim = key_dim,
                           .value_dim = options.value_dim.value_or(key_dim),
                           .output_shape = options.output_shape,
                           .attention_axes = options.attention_axes},
                          options),
          options_(options) {}
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static MultiHeadAttention from_config(ConfigReader& config);

private:
    MultiHeadAttentionOptions options_;
};

}  // namespace shikumi::nn
