#include <shikumi/nn/layers/normalization/layer_normalization.hpp>

#include <shikumi/nn/layers/detail/standardize.hpp>

namespace shikumi::nn {

LayerNormalization::LayerNormalization(const LayerNormalizationOptions& options)
    : AffineNormalization("layer_normalization", options), options_(options) {}

void LayerNormalization::build(const Spec& input) {
    add_gamma_and_beta(weight_shape(input.shape), options_);
}

Tensor LayerNormalization::call(const Tensor& x, Mode) {
    check_sizes(x.shape());
    const Tensor deviation = x - mean(x, options_.axis, true);
    const Tensor spread =
        shikumi::detail::root_mean_square(deviation, options_.axis, options_.epsilon);
    return scaled(deviation, spread, stretched());
}

}  // namespace shikumi::nn
