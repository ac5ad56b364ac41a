// The options of convolutions and transposed convolutions in files.
#pragma once

namespace shikumi::nn::detail {

/// The fields of ConvOptions, for a ConfigWriter or a ConfigReader.
void visit_conv(auto& fields, auto& o) {
    fields("strides", o.strides)("padding", o.padding);
    fields.extra("output_padding", o.output_padding).always("data_format", "channels_last");
    fields("dilation_rate", o.dilation_rate).extra("groups", o.groups, decltype(o.groups){1});
    fields("activation", o.activation)("use_bias", o.use_bias);
    fields("kernel_initializer", o.kernel_initializer)("bias_initializer", o.bias_initializer);
    fields("kernel_regularizer", o.kernel_regularizer)("bias_regularizer", o.bias_regularizer);
    fields("activity_regularizer", o.activity_regularizer);
    fields("kernel_constraint", o.kernel_constraint)("bias_constraint", o.bias_constraint);
}

}  // namespace shikumi::nn::detail
