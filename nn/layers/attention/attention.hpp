// Attention.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/regularization/dropout.hpp>

namespace shikumi::nn {

/// How well a key matches a query.
enum class Score {
    dot,    ///< q·k
    concat  ///< Σ tanh(q + k), times a learned factor
};

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

/// Each query's weighted mean of values, by how well their keys match it; without projections. M.
/// Luong et al., EMNLP 2015. Called as `attention({query, value})`, `({query, value, key})`, or on
/// one tensor that attends to itself, all (batch, steps, features); a bool tensor (batch, queries,
/// keys) at the end is a mask. Masks of value and key are heeded; where the query has one, the
/// steps that it hides get zeros. Weights: scale and concat_score_weight, as far as options ask.
class Attention final : public Layer {
public:
    /// Throws ValueError unless `dropout` lies in [0, 1].
    explicit Attention(const AttentionLayerOptions& options = {});
    void build(const Spec& input) override { build_all({input}); }
    void build_all(const std::vector<Spec>& inputs) override;
    Tensor call(const Tensor& x, Mode mode) override { return call_all({x}, mode).front(); }
    /// Throws ShapeError where the inputs don't fit.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
    bool supports_masking() const override { return true; }

protected:
    void check_input(const Tensor& x) override;

private:
    AttentionLayerOptions options_;
    Dropout dropout_;
    Parameter scale_, concat_score_weight_;
};

}  // namespace shikumi::nn
