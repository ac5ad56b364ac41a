#include <shikumi/nn/layers/convolution/separable_convolution.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/convolution/detail/depthwise.hpp>

namespace shikumi::nn {

SeparableConvolution::SeparableConvolution(int axes, Index filters, const PerAxis& kernel_size,
                                           const SeparableConvOptions& options)
    : ConvolutionalLayer("separable_convolution", axes, kernel_size, options),
      filters_(filters),
      options_(options) {
    check_positive("the number of filters", filters);
    check_positive("depth_multiplier", options.depth_multiplier);
}

void SeparableConvolution::build(const Spec& input) {
    check_axes(input.shape);
    check_fit(input.shape);
    const Index in = input.shape.back(), m = options_.depth_multiplier;
    depthwise_ =
        add_weight("depthwise_kernel", kernel_shape(size(), in, m), options_.depthwise_initializer,
                   {.regularizer = options_.depthwise_regularizer,
                    .constraint = options_.depthwise_constraint});
    pointwise_ = add_weight("pointwise_kernel", kernel_shape(1, in * m, filters_),
                            options_.pointwise_initializer,
                            {.regularizer = options_.pointwise_regularizer,
                             .constraint = options_.pointwise_constraint});
    add_bias(filters_, options_);
}

Tensor SeparableConvolution::call(const Tensor& x, Mode) {
    check_axes(x.shape());
    const Tensor between =
        convolution(x, detail::grouped(depthwise_), window(detail::channels_of(depthwise_)));
    return finish(convolution(between, pointwise_));
}

std::string SeparableConvolution::channels() const {
    return depthwise_.defined() ? sentence(detail::channels_of(depthwise_), "→", filters_)
                                : std::to_string(filters_);
}

void visit_fields(auto& fields, FieldsOf<SeparableConvOptions> auto& o) {
    fields("strides", o.strides)("padding", o.padding);
    fields.always("data_format", "channels_last").accept("groups", 1);
    fields("dilation_rate", o.dilation_rate)("depth_multiplier", o.depth_multiplier);
    fields("activation", o.activation)("use_bias", o.use_bias);
    fields("depthwise_initializer", o.depthwise_initializer);
    fields("pointwise_initializer", o.pointwise_initializer);
    fields("bias_initializer", o.bias_initializer).ignore("kernel_initializer");
    fields.accept("kernel_regularizer", {}).accept("kernel_constraint", {});
    fields("depthwise_regularizer", o.depthwise_regularizer);
    fields("pointwise_regularizer", o.pointwise_regularizer);
    fields("bias_regularizer", o.bias_regularizer);
    fields("activity_regularizer", o.activity_regularizer);
    fields("depthwise_constraint", o.depthwise_constraint);
    fields("pointwise_constraint", o.pointwise_constraint)("bias_constraint", o.bias_constraint);
}

Config SeparableConvolution::get_config() const {
    return ConfigWriter()("filters", filters_)("kernel_size", size()).fields(options_);
}

SeparableConv1D SeparableConv1D::from_config(ConfigReader& config) {
    const auto filters = config.get<Index>("filters");
    const auto kernel_size = config.get<PerAxis>("kernel_size");
    return SeparableConv1D(filters, kernel_size, config.fields<SeparableConvOptions>());
}

SeparableConv2D SeparableConv2D::from_config(ConfigReader& config) {
    const auto filters = config.get<Index>("filters");
    const auto kernel_size = config.get<PerAxis>("kernel_size");
    return SeparableConv2D(filters, kernel_size, config.fields<SeparableConvOptions>());
}

}  // namespace shikumi::nn
