#include <shikumi/nn/layers/normalization/layer_normalization.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/detail/standardize.hpp>

namespace shikumi::nn {

LayerNormalization::LayerNormalization(const LayerNormalizationOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}), options_(options) {
    if (!(options.epsilon > 0))
        fail<ValueError>("layer_normalization", "epsilon must be positive, got ", options.epsilon);
}

void LayerNormalization::build(const Spec& input) {
    const auto [shape, stretched] =
        detail::along("layer_normalization", options_.axis, input.shape);
    stretched_ = stretched;
    if (options_.scale)
        gamma_ = add_weight(
            "gamma", shape, options_.gamma_initializer,
            {.regularizer = options_.gamma_regularizer, .constraint = options_.gamma_constraint});
    if (options_.center)
        beta_ = add_weight(
            "beta", shape, options_.beta_initializer,
            {.regularizer = options_.beta_regularizer, .constraint = options_.beta_constraint});
}

Tensor LayerNormalization::call(const Tensor& x, Mode) {
    detail::check_along("layer_normalization", options_.axis, stretched_, x.shape());
    const detail::Moments m = detail::moments(x, options_.axis);
    return detail::standardize(m.deviation, m.variance, options_.epsilon,
                               detail::shaped(gamma_, stretched_),
                               detail::shaped(beta_, stretched_));
}

}  // namespace shikumi::nn
