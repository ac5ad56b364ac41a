// SimpleRNN: a fully connected layer that also sees its own last output.
#pragma once

#include <shikumi/nn/layers/recurrent/gated_cell.hpp>
#include <shikumi/nn/layers/recurrent/rnn.hpp>

namespace shikumi::nn {

struct SimpleRNNOptions {
    ActivationFunction activation = tanh;
    bool use_bias = true;
    Initializer kernel_initializer = glorot_uniform();
    Initializer recurrent_initializer = orthogonal();
    Initializer bias_initializer = zeros_init();
    Regularizer kernel_regularizer = {}, recurrent_regularizer = {}, bias_regularizer = {};
    Constraint kernel_constraint = {}, recurrent_constraint = {}, bias_constraint = {};
    double dropout = 0;            ///< of the inputs, the same elements at each step
    double recurrent_dropout = 0;  ///< of the state, the same elements at each step
    bool return_sequences = false;
    bool return_state = false;
    bool go_backwards = false;
    bool stateful = false;
    bool zero_output_for_mask = false;
    Shape input_shape = {};
    std::string name = {};
    DType dtype = f32;
};

/// h' = activation(x·kernel + bias + h·recurrent_kernel). Weights: kernel (in, units),
/// recurrent_kernel (units, units), bias (units). State: h.
class SimpleRNNCell final : public GatedCell {
public:
    /// Has no use for the options that concern sequences. Throws ValueError unless `units` is
    /// positive and the dropout rates lie in [0, 1].
    explicit SimpleRNNCell(Index units, const SimpleRNNOptions& options = {});
    std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) override;

private:
    ActivationFunction activation_;
};

/// A SimpleRNNCell along a sequence: (batch, time, features) becomes (batch, units), or (batch,
/// time, units).
class SimpleRNN final : public RNN {
public:
    explicit SimpleRNN(Index units, const SimpleRNNOptions& options = {});
};

}  // namespace shikumi::nn
