#include <shikumi/nn/layers/normalization/layer_normalization.hpp>

namespace shikumi::nn {

LayerNormalization::LayerNormalization(const LayerNormalizationOptions& options)
    : AffineNormalization("layer_normalization", options), options_(options) {}

void LayerNormalization::build(const Spec& input) {
    add_gamma_and_beta(weight_shape(input.shape), options_);
}

Tensor LayerNormalization::call(const Tensor& x, Mode) {
    check_sizes(x.shape());
    return normalized(x, options_.axis, stretched());
}

}  // namespace shikumi::nn
