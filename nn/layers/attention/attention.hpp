// Attention and AdditiveAttention.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <shikumi/nn/layers/attention/attention_layer.hpp>

namespace shikumi::nn {

/// How well a key matches a query.
enum class Score {
    dot,    ///< q·k
    concat  ///< Σ tanh(q + k), times a learned factor
};
/// "dot" or "concat".
Config to_config(Score score);
/// Reads such a name.
void from_config(const Config& config, Score& score, std::string_view reading);

/// What Attention can be given. Defaults are Keras's.
struct AttentionLayerOptions {
    bool use_scale = false;                ///< learn a factor of the scores
    Score score_mode = Score::dot;         ///< how well a key matches a query
    double dropout = 0;                    ///< share of the weights dropped in training
    bool use_causal_mask = false;          ///< let query i see keys 0 to i only
    bool return_attention_scores = false;  ///< return the weights (batch, queries, keys), too
    std::string name = {};                 ///< "attention", "attention_1", … where it is empty
    DType dtype = f32;                     ///< of the weights and the inputs: f32 or f64
};

/// Attention without projections: all inputs are (batch, steps, features). Where the query has a
/// mask, the steps that it hides get zeros.
class ScoredAttention : public AttentionLayer {
public:
    /// Throws ShapeError where the inputs don't fit.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;

protected:
    /// Takes the layer's own options; errors begin with `error_name`, a literal.
    template <class Options>
    ScoredAttention(std::string_view error_name, const Options& options)
        : AttentionLayer(options),
          error_name_(error_name),
          causal_(options.use_causal_mask),
          returns_shares_(options.return_attention_scores) {}
    /// How well each key matches each query: (batch, queries, keys).
    virtual Tensor scores(const Tensor& query, const Tensor& key) const = 0;

private:
    std::string_view error_name_;
    bool causal_, returns_shares_;
};

/// Each query's weighted mean of values, by how well their keys match it. M. Luong et al., EMNLP
/// 2015. Called as `attention({query, value})`, `({query, value, key})`, or on one tensor that
/// attends to itself. Weights: scale and concat_score_weight, as far as options ask.
class Attention final : public ScoredAttention {
public:
    /// Throws ValueError unless `dropout` lies in [0, 1].
    explicit Attention(const AttentionLayerOptions& options = {});
    void build_all(const std::vector<Spec>& inputs) override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static Attention from_config(ConfigReader& config);

private:
    Tensor scores(const Tensor& query, const Tensor& key) const override;

    AttentionLayerOptions options_;
    Parameter scale_, concat_score_weight_;
};

/// What AdditiveAttention can be given. Defaults are Keras's.
struct AdditiveAttentionOptions {
    bool use_scale = true;                 ///< learn a factor for each feature
    double dropout = 0;                    ///< share of the weights dropped in training
    bool use_causal_mask = false;          ///< let query i see keys 0 to i only
    bool return_attention_scores = false;  ///< return the weights (batch, queries, keys), too
    std::string name = {};  ///< "additive_attention", "additive_attention_1", … where it is empty
    DType dtype = f32;      ///< of the weights and the inputs: f32 or f64
};

/// Attention by the scores Σ s tanh(q + k), summed over the features. D. Bahdanau et al., ICLR
/// 2015. Called as Attention is. Weight: scale (features), unless options say otherwise.
class AdditiveAttention final : public ScoredAttention {
public:
    /// Throws ValueError unless `dropout` lies in [0, 1].
    explicit AdditiveAttention(const AdditiveAttentionOptions& options = {});
    void build_all(const std::vector<Spec>& inputs) override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static AdditiveAttention from_config(ConfigReader& config);

private:
    Tensor scores(const Tensor& query, const Tensor& key) const override;

    AdditiveAttentionOptions options_;
    Parameter scale_;
};

}  // namespace shikumi::nn
