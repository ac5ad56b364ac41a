// The options of recurrent layers and their cells in files.
#pragma once

namespace shikumi::nn::detail {

/// What all cells have in common, for a ConfigWriter or a ConfigReader.
void visit_cell(auto& fields, auto& o) {
    fields("activation", o.activation)("use_bias", o.use_bias);
    fields("kernel_initializer", o.kernel_initializer);
    fields("recurrent_initializer", o.recurrent_initializer);
    fields("bias_initializer", o.bias_initializer);
    fields("kernel_regularizer", o.kernel_regularizer);
    fields("recurrent_regularizer", o.recurrent_regularizer);
    fields("bias_regularizer", o.bias_regularizer);
    fields("kernel_constraint", o.kernel_constraint);
    fields("recurrent_constraint", o.recurrent_constraint);
    fields("bias_constraint", o.bias_constraint);
    fields("dropout", o.dropout)("recurrent_dropout", o.recurrent_dropout);
    fields.ignore("seed").ignore("implementation");
}

/// How a layer goes through sequences.
void visit_sequence(auto& fields, auto& o) {
    fields("return_sequences", o.return_sequences)("return_state", o.return_state);
    fields("go_backwards", o.go_backwards)("stateful", o.stateful);
    fields("zero_output_for_mask", o.zero_output_for_mask);
    fields.accept("time_major", false).ignore("unroll").ignore("implementation");
}

}  // namespace shikumi::nn::detail
