// The options of convolutions and transposed convolutions in files.
#pragma once

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/nn/layers/convolution/convolution.hpp>
#include <shikumi/nn/layers/detail/weight_fields.hpp>

namespace shikumi::nn::detail {

/// The fields of ConvOptions, for a ConfigWriter or a ConfigReader.
void visit_conv(auto& fields, auto& o) {
    fields("strides", o.strides)("padding", o.padding);
    fields.extra("output_padding", o.output_padding).always("data_format", "channels_last");
    fields("dilation_rate", o.dilation_rate).extra("groups", o.groups, decltype(o.groups){1});
    fields("activation", o.activation)("use_bias", o.use_bias);
    visit_kernel_and_bias(fields, o);
}

/// What a convolution or a transposed one was made of.
inline Config conv_config(Index filters, const PerAxis& kernel_size, const ConvOptions& options) {
    ConfigWriter config;
    config("filters", filters)("kernel_size", kernel_size);
    visit_conv(config, options);
    return config;
}

/// A convolution or a transposed one of that configuration.
template <class Conv>
Conv conv_from(ConfigReader& config) {
    const auto filters = config.get<Index>("filters");
    const auto kernel_size = config.get<PerAxis>("kernel_size");
    ConvOptions options;
    visit_conv(config, options);
    return Conv(filters, kernel_size, options);
}

}  // namespace shikumi::nn::detail
