// LSTM: long short-term memory.
#pragma once

#include <shikumi/nn/layers/recurrent/gated_cell.hpp>
#include <shikumi/nn/layers/recurrent/rnn.hpp>

namespace shikumi::nn {

struct LSTMOptions {
    ActivationFunction activation = tanh;
    ActivationFunction recurrent_activation = sigmoid;
    bool use_bias = true;
    Initializer kernel_initializer = glorot_uniform();
    Initializer recurrent_initializer = orthogonal();
    Initializer bias_initializer = zeros_init();
    Regularizer kernel_regularizer = {}, recurrent_regularizer = {}, bias_regularizer = {};
    Constraint kernel_constraint = {}, recurrent_constraint = {}, bias_constraint = {};
    bool unit_forget_bias = true;  ///< the forget gate's bias starts at 1
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

/// S. Hochreiter, J. Schmidhuber, Neural Computation 9 (1997), with the forget gate of F. Gers et
/// al. (2000): with i, f, g, o the quarters of x·kernel + bias + h·recurrent_kernel,
///     c' = σ(f) c + σ(i) tanh(g),  h' = σ(o) tanh(c').
/// Weights: kernel (in, 4 units), recurrent_kernel (units, 4 units), bias (4 units). States: h, c.
/// With these activations and without recurrent dropout a whole sequence is one operation.
class LSTMCell final : public GatedCell {
public:
    /// Has no use for the options that concern sequences. Throws ValueError unless `units` is
    /// positive and the dropout rates lie in [0, 1].
    explicit LSTMCell(Index units, const LSTMOptions& options = {});
    std::vector<Shape> state_shapes() const override { return {{units()}, {units()}}; }
    std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) override;
    std::optional<Sequence> all_steps(const Tensor& prepared, const std::vector<Tensor>& states,
                                      const Tensor& mask) override;

private:
    ActivationFunction activation_, recurrent_activation_;
};

/// An LSTMCell along a sequence: (batch, time, features) becomes (batch, units), or (batch, time,
/// units).
class LSTM final : public RNN {
public:
    explicit LSTM(Index units, const LSTMOptions& options = {});
};

}  // namespace shikumi::nn
