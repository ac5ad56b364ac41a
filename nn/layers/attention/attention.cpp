#include <shikumi/nn/layers/attention/attention.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/masks.hpp>
#include <shikumi/nn/layers/attention/detail/scores.hpp>

namespace shikumi::nn {

namespace {

// q + k of each query and each key: (batch, queries, keys, features).
Tensor pairs(const Tensor& query, const Tensor& key) {
    return expand_dims(query, 2) + expand_dims(key, 1);
}

}  // namespace

std::vector<Tensor> ScoredAttention::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    const detail::AttentionInputs in = detail::inputs_of(error_name_, inputs, causal_);
    if (in.query.shape().back() != in.key.shape().back())
        fail<ShapeError>(error_name_, "query ", in.query.shape(), " and key ", in.key.shape(),
                         " want the same number of features");
    const Tensor weights = shares(scores(in.query, in.key), in.mask, mode);
    Tensor y = matmul(weights, in.value);
    if (const Tensor mask = mask_of(in.query); mask.defined()) y = detail::shown(mask, y);
    if (returns_shares_) return {y, weights};
    return {y};
}

Attention::Attention(const AttentionLayerOptions& options)
    : ScoredAttention("attention", options),
      use_scale_(options.use_scale),
      score_mode_(options.score_mode) {}

void Attention::build_all(const std::vector<Spec>&) {
    if (use_scale_) scale_ = add_weight("scale", {}, ones_init());
    if (score_mode_ == Score::concat)
        concat_score_weight_ = add_weight("concat_score_weight", {}, ones_init());
}

Tensor Attention::scores(const Tensor& query, const Tensor& key) const {
    const auto scaled = [&](const Tensor& x) { return scale_.defined() ? x * scale_ : x; };
    if (score_mode_ == Score::dot) return scaled(detail::scores_of(query, key, 1));
    return sum(tanh(scaled(pairs(query, key))), -1) * concat_score_weight_;
}

AdditiveAttention::AdditiveAttention(const AdditiveAttentionOptions& options)
    : ScoredAttention("additive_attention", options), use_scale_(options.use_scale) {}

void AdditiveAttention::build_all(const std::vector<Spec>& inputs) {
    check_given(inputs.size());
    if (inputs.front().shape.rank() != 3)
        fail<ShapeError>("additive_attention", "takes (batch, steps, features), got ",
                         inputs.front().shape);
    if (use_scale_) scale_ = add_weight("scale", {inputs.front().shape.back()}, glorot_uniform());
}

Tensor AdditiveAttention::scores(const Tensor& query, const Tensor& key) const {
    const Tensor matches = tanh(pairs(query, key));
    if (!scale_.defined()) return sum(matches, -1);
    if (query.shape().back() != scale_.shape().back())
        fail<ShapeError>("additive_attention", "wants ", scale_.shape().back(), " features, got ",
                         query.shape());
    return sum(matches * scale_, -1);
}

}  // namespace shikumi::nn
