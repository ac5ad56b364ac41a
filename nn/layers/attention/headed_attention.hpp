// HeadedAttention: the base of attention with several heads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/nn/layers/attention/attention_layer.hpp>

namespace shikumi::nn {

/// Attention of several heads, each with projections of its own. A head of keys and values serves
/// one head of queries or a group of them. Inputs have any number of axes between batch and
/// features, (batch, others…, attended…, features) in any order; the mask is (batch, queries,
/// keys), with the attended axes flattened. The weights of the values are (batch, others…, heads,
/// attended queries…, attended keys…). Weights: kernel (features, heads, dim) and bias (heads, dim)
/// of query, key and value, then kernel (heads, dim, features) and bias of the output.
class HeadedAttention : public AttentionLayer {
public:
    /// Makes the projections. Throws ShapeError for axes that the inputs haven't got.
    void build_all(const std::vector<Spec>& inputs) override;
    /// Throws ShapeError where the inputs don't fit.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
    std::string label() const override;

protected:
    /// How many heads there are, and the size of each.
    struct Heads {
        Index queries;                           ///< heads of queries
        Index keys;                              ///< heads of keys and values, which divide them
        Index key_dim;                           ///< features of a head's queries and keys
        Index value_dim;                         ///< features of a head's values
        std::optional<Index> output_shape = {};  ///< features of the output; the query's if absent
        std::vector<int> attention_axes = {};    ///< all between batch and features if empty
    };
    /// Takes the layer's own options; errors begin with `error_name`, a literal. Throws ValueError
    /// unless the sizes are positive and the heads of keys divide those of queries.
    template <class Options>
    HeadedAttention(std::string_view error_name, const Heads& heads, const Options& options)
        : AttentionLayer(options),
          error_name_(error_name),
          heads_(heads),
          causal_(options.use_causal_mask),
          returns_shares_(options.return_attention_scores),
          use_bias_(options.use_bias),
          kernels_{
              options.kernel_initializer,
              {.regularizer = options.kernel_regularizer, .constraint = options.kernel_constraint}},
          biases_{
              options.bias_initializer,
              {.regularizer = options.bias_regularizer, .constraint = options.bias_constraint}} {
        check_sizes();
    }
    /// How many heads there are, and the size of each.
    const Heads& heads() const noexcept { return heads_; }

private:
    struct Part {
        Initializer initializer;
        WeightOptions options;
    };
    struct Projection {
        Parameter kernel, bias;
    };
    void check_sizes() const;
    Projection add_projection(const std::string& name, const Shape& kernel, const Shape& bias);
    Tensor projected(const Tensor& x, const Projection& projection) const;
    Tensor grouped(const Tensor& x) const;
    Tensor mix(const Tensor& a, const Tensor& of_keys) const;

    std::string_view error_name_;
    Heads heads_;
    bool causal_, returns_shares_, use_bias_;
    Part kernels_, biases_;
    Projection query_, key_, value_, output_;
};

}  // namespace shikumi::nn
