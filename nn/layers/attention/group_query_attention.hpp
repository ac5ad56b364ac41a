// GroupQueryAttention.
#pragma once

#include <string>

#include <shikumi/nn/layers/attention/headed_attention.hpp>

namespace shikumi::nn {

/// What GroupQueryAttention can be given. Defaults are Keras's.
struct GroupQueryAttentionOptions {
    double dropout = 0;                    ///< share of the weights dropped in training
    bool use_bias = true;                  ///< give each projection a bias
    bool use_causal_mask = false;          ///< let query i see keys 0 to i only
    bool return_attention_scores = false;  ///< return the weights of the values, too
    Initializer kernel_initializer = glorot_uniform();  ///< of the projections
    Initializer bias_initializer = zeros_init();        ///< of the biases
    Regularizer kernel_regularizer = {};                ///< penalty on the projections
    Regularizer bias_regularizer = {};                  ///< penalty on the biases
    Constraint kernel_constraint = {};                  ///< of the projections
    Constraint bias_constraint = {};                    ///< of the biases
    std::string name = {};                              ///< numbered by class where it is empty
    DType dtype = f32;  ///< of the weights and the inputs: f32 or f64
};

/// Attention of several heads, of which each group shares one head of keys and values. With as many
/// heads of keys as of queries it is MultiHeadAttention, with a single one multi-query attention.
/// J. Ainslie et al., EMNLP 2023.
class GroupQueryAttention final : public HeadedAttention {
public:
    /// Throws ValueError unless the sizes are positive and the heads of keys and values divide
    /// those of queries.
    GroupQueryAttention(Index head_dim, Index num_query_heads, Index num_key_value_heads,
                        const GroupQueryAttentionOptions& options = {})
        : HeadedAttention("group_query_attention",
                          {.queries = num_query_heads,
                           .keys = num_key_value_heads,
                           .key_dim = head_dim,
                           .value_dim = head_dim},
                          options),
          options_(options) {}
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GroupQueryAttention from_config(ConfigReader& config);

private:
    GroupQueryAttentionOptions options_;
};

}  // namespace shikumi::nn
