#include <shikumi/nn/layers/attention/attention.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/masks.hpp>
#include <shikumi/nn/layers/attention/detail/scores.hpp>

namespace shikumi::nn {

Attention::Attention(const AttentionLayerOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}),
      options_(options),
      dropout_(options.dropout) {}

void Attention::build_all(const std::vector<Spec>&) {
    if (options_.use_scale) scale_ = add_weight("scale", {}, ones_init());
    if (options_.score_mode == Score::concat)
        concat_score_weight_ = add_weight("concat_score_weight", {}, ones_init());
}

void Attention::check_input(const Tensor& x) {
    if (x.dtype() != bool_) Layer::check_input(x);
}

std::vector<Tensor> Attention::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    const detail::AttentionInputs in =
        detail::inputs_of("attention", inputs, options_.use_causal_mask);
    if (in.query.shape().back() != in.key.shape().back())
        fail<ShapeError>("attention", "query ", in.query.shape(), " and key ", in.key.shape(),
                         " want the same number of features");
    Tensor scores;
    if (options_.score_mode == Score::dot) {
        scores = detail::scores_of(in.query, in.key, 1);
        if (scale_.defined()) scores = scores * scale_;
    } else {
        Tensor pairs = expand_dims(in.query, 2) + expand_dims(in.key, 1);
        if (scale_.defined()) pairs = pairs * scale_;
        scores = sum(tanh(pairs), -1) * concat_score_weight_;
    }
    const Tensor weights = dropout_(detail::shares(scores, in.mask), mode);
    Tensor y = matmul(weights, in.value);
    if (const Tensor mask = mask_of(in.query); mask.defined()) y = detail::shown(mask, y);
    if (options_.return_attention_scores) return {y, weights};
    return {y};
}

}  // namespace shikumi::nn
