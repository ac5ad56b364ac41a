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

void visit_fields(auto& fields, FieldsOf<RMSNormalizationOptions> auto& o) {
    fields("axis", o.axis)("epsilon", o.epsilon);
}

Config RMSNormalization::get_config() const { return ConfigWriter().fields(options_); }

RMSNormalization RMSNormalization::from_config(ConfigReader& config) {
    return RMSNormalization(config.fields<RMSNormalizationOptions>());
}

}  // namespace shikumi::nn
