#include <shikumi/nn/layers/normalization/rms_normalization.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/detail/standardize.hpp>

namespace shikumi::nn {

RMSNormalization::RMSNormalization(const RMSNormalizationOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}), options_(options) {
    if (!(options.epsilon > 0))
        fail<ValueError>("rms_normalization", "epsilon must be positive, got ", options.epsilon);
}

void RMSNormalization::build(const Spec& input) {
    const auto [shape, stretched] = detail::along("rms_normalization", options_.axis, input.shape);
    stretched_ = stretched;
    scale_ = add_weight("scale", shape, ones_init());
}

Tensor RMSNormalization::call(const Tensor& x, Mode) {
    detail::check_along("rms_normalization", options_.axis, stretched_, x.shape());
    return detail::standardize(
        x, shikumi::detail::root_mean_square(x, options_.axis, options_.epsilon),
        detail::shaped(scale_, stretched_), {});
}

}  // namespace shikumi::nn
