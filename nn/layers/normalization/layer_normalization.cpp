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

void visit_fields(auto& fields, FieldsOf<LayerNormalizationOptions> auto& o) {
    fields("axis", o.axis).accept("rms_scaling", false);
    fields("epsilon", o.epsilon)("center", o.center)("scale", o.scale);
    fields("beta_initializer", o.beta_initializer)("gamma_initializer", o.gamma_initializer);
    fields("beta_regularizer", o.beta_regularizer)("gamma_regularizer", o.gamma_regularizer);
    fields("beta_constraint", o.beta_constraint)("gamma_constraint", o.gamma_constraint);
}

Config LayerNormalization::get_config() const { return ConfigWriter().fields(options_); }

LayerNormalization LayerNormalization::from_config(ConfigReader& config) {
    return LayerNormalization(config.fields<LayerNormalizationOptions>());
}

}  // namespace shikumi::nn
