#include <shikumi/nn/layers/convolution/depthwise_convolution.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/convolution/detail/depthwise.hpp>

namespace shikumi::nn {

DepthwiseConvolution::DepthwiseConvolution(int axes, const PerAxis& kernel_size,
                                           const DepthwiseConvOptions& options)
    : ConvolutionalLayer("depthwise_convolution", axes, kernel_size, options), options_(options) {
    check_positive("depth_multiplier", options.depth_multiplier);
}

void DepthwiseConvolution::build(const Spec& input) {
    check_axes(input.shape);
    check_fit(input.shape);
    const Index in = input.shape.back(), m = options_.depth_multiplier;
    kernel_ = add_weight("kernel", kernel_shape(size(), in, m), options_.depthwise_initializer,
                         {.regularizer = options_.depthwise_regularizer,
                          .constraint = options_.depthwise_constraint});
    add_bias(in * m, options_);
}

Tensor DepthwiseConvolution::call(const Tensor& x, Mode) {
    check_axes(x.shape());
    return finish(convolution(x, detail::grouped(kernel_), window(detail::channels_of(kernel_))));
}

std::string DepthwiseConvolution::channels() const {
    if (!kernel_.defined()) return {};
    const Index in = detail::channels_of(kernel_);
    return sentence(in, "→", in * options_.depth_multiplier);
}

void visit_fields(auto& fields, FieldsOf<DepthwiseConvOptions> auto& o) {
    fields("strides", o.strides)("padding", o.padding)("depth_multiplier", o.depth_multiplier);
    fields.always("data_format", "channels_last").accept("groups", 1);
    fields("dilation_rate", o.dilation_rate);
    fields("activation", o.activation)("use_bias", o.use_bias);
    fields("depthwise_initializer", o.depthwise_initializer);
    fields("bias_initializer", o.bias_initializer).ignore("kernel_initializer");
    fields.accept("kernel_regularizer", {}).accept("kernel_constraint", {});
    fields("depthwise_regularizer", o.depthwise_regularizer);
    fields("bias_regularizer", o.bias_regularizer);
    fields("activity_regularizer", o.activity_regularizer);
    fields("depthwise_constraint", o.depthwise_constraint)("bias_constraint", o.bias_constraint);
}

Config DepthwiseConvolution::get_config() const {
    return ConfigWriter()("kernel_size", size()).fields(options_);
}

DepthwiseConv1D DepthwiseConv1D::from_config(ConfigReader& config) {
    const auto kernel_size = config.get<PerAxis>("kernel_size");
    return DepthwiseConv1D(kernel_size, config.fields<DepthwiseConvOptions>());
}

DepthwiseConv2D DepthwiseConv2D::from_config(ConfigReader& config) {
    const auto kernel_size = config.get<PerAxis>("kernel_size");
    return DepthwiseConv2D(kernel_size, config.fields<DepthwiseConvOptions>());
}

}  // namespace shikumi::nn
