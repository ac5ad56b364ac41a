#include <shikumi/nn/layers/attention/attention.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
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
    : ScoredAttention("attention", options), options_(options) {}

void Attention::build_all(const std::vector<Spec>&) {
    if (options_.use_scale) scale_ = add_weight("scale", {}, ones_init());
    if (options_.score_mode == Score::concat)
        concat_score_weight_ = add_weight("concat_score_weight", {}, ones_init());
}

Tensor Attention::scores(const Tensor& query, const Tensor& key) const {
    const auto scaled = [&](const Tensor& x) { return scale_.defined() ? x * scale_ : x; };
    if (options_.score_mode == Score::dot) return scaled(detail::scores_of(query, key, 1));
    return sum(tanh(scaled(pairs(query, key))), -1) * concat_score_weight_;
}

AdditiveAttention::AdditiveAttention(const AdditiveAttentionOptions& options)
    : ScoredAttention("additive_attention", options), options_(options) {}

void AdditiveAttention::build_all(const std::vector<Spec>& inputs) {
    check_given(inputs.size());
    if (inputs.front().shape.rank() != 3)
        fail<ShapeError>("additive_attention", "takes (batch, steps, features), got ",
                         inputs.front().shape);
    if (options_.use_scale)
        scale_ = add_weight("scale", {inputs.front().shape.back()}, glorot_uniform());
}

Tensor AdditiveAttention::scores(const Tensor& query, const Tensor& key) const {
    const Tensor matches = tanh(pairs(query, key));
    if (!scale_.defined()) return sum(matches, -1);
    if (query.shape().back() != scale_.shape().back())
        fail<ShapeError>("additive_attention", "wants ", scale_.shape().back(), " features, got ",
                         query.shape());
    return sum(matches * scale_, -1);
}

namespace {

constexpr shikumi::detail::NameRow<Score> score_rows[] = {{Score::dot, {"dot"}},
                                                          {Score::concat, {"concat"}}};
constexpr shikumi::detail::NameTable<Score> scores("score_mode", score_rows);

}  // namespace

Config to_config(Score score) { return scores.name_of(score); }

void from_config(const Config& config, Score& score, std::string_view reading) {
    score = scores.read(config, reading);
}

void visit_fields(auto& fields, FieldsOf<AttentionLayerOptions> auto& o) {
    fields("use_scale", o.use_scale)("score_mode", o.score_mode)("dropout", o.dropout);
    fields.extra("use_causal_mask", o.use_causal_mask);
    fields.extra("return_attention_scores", o.return_attention_scores).ignore("seed");
}

Config Attention::get_config() const { return ConfigWriter().fields(options_); }

Attention Attention::from_config(ConfigReader& config) {
    return Attention(config.fields<AttentionLayerOptions>());
}

void visit_fields(auto& fields, FieldsOf<AdditiveAttentionOptions> auto& o) {
    fields("use_scale", o.use_scale)("dropout", o.dropout);
    fields.extra("use_causal_mask", o.use_causal_mask);
    fields.extra("return_attention_scores", o.return_attention_scores).ignore("seed");
}

Config AdditiveAttention::get_config() const { return ConfigWriter().fields(options_); }

AdditiveAttention AdditiveAttention::from_config(ConfigReader& config) {
    return AdditiveAttention(config.fields<AdditiveAttentionOptions>());
}

}  // namespace shikumi::nn
