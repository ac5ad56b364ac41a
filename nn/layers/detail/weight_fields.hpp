// What kernel and bias of a layer are given, in files.
#pragma once

namespace shikumi::nn::detail {

/// The fields of a kernel and a bias, and of the penalty on the output where the options have one,
/// in Keras's order; for a ConfigWriter or a ConfigReader.
void visit_kernel_and_bias(auto& fields, auto& o) {
    fields("kernel_initializer", o.kernel_initializer)("bias_initializer", o.bias_initializer);
    fields("kernel_regularizer", o.kernel_regularizer)("bias_regularizer", o.bias_regularizer);
    if constexpr (requires { o.activity_regularizer; })
        fields("activity_regularizer", o.activity_regularizer);
    fields("kernel_constraint", o.kernel_constraint)("bias_constraint", o.bias_constraint);
}

}  // namespace shikumi::nn::detail
