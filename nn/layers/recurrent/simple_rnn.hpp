// SimpleRNN: a fully connected layer that also sees its own last output.
#pragma once

#include <shikumi/nn/layers/recurrent/gated_cell.hpp>
#include <shikumi/nn/layers/recurrent/rnn.hpp>

namespace shikumi::nn {

/// Options of SimpleRNNCell and SimpleRNN. A cell ignores those from `return_sequences` to
/// `zero_output_for_mask`, and `input_shape`.
struct SimpleRNNOptions {
    ActivationFunction activation = tanh;               ///< of the new state
    bool use_bias = true;                               ///< adds a bias to the sums
    Initializer kernel_initializer = glorot_uniform();  ///< of the inputs' weights
    Initializer recurrent_initializer = orthogonal();   ///< of the state's weights
    Initializer bias_initializer = zeros_init();        ///< of the bias
    Regularizer kernel_regularizer = {};                ///< penalty on the inputs' weights
    Regularizer recurrent_regularizer = {};             ///< penalty on the state's weights
    Regularizer bias_regularizer = {};                  ///< penalty on the bias
    Constraint kernel_constraint = {};                  ///< bound on the inputs' weights
    Constraint recurrent_constraint = {};               ///< bound on the state's weights
    Constraint bias_constraint = {};                    ///< bound on the bias
    double dropout = 0;             ///< of the inputs, the same elements at each step
    double recurrent_dropout = 0;   ///< of the state, the same elements at each step
    bool return_sequences = false;  ///< every step's output, not only the last
    bool return_state = false;      ///< called on a list, the states after the last step, too
    bool go_backwards = false;      ///< from the last step to the first; outputs in that order
    bool stateful = false;          ///< begins with the states that the batch before left behind
    bool zero_output_for_mask = false;  ///< masked steps give zeros, not the output before them
    Shape input_shape = {};             ///< of a sample, where it is known beforehand
    std::string name = {};              ///< empty: chosen by the class
    DType dtype = f32;                  ///< of weights and outputs: f32 or f64
};

/// One step of a fully connected recurrence, h' = activation(x·kernel + bias + h·recurrent_kernel).
/// Weights: kernel (in, units),
/// recurrent_kernel (units, units), bias (units). State: h.
class SimpleRNNCell final : public GatedCell {
public:
    /// Ignores the options that concern sequences. Throws ValueError unless `units` is positive and
    /// the dropout rates lie in [0, 1].
    explicit SimpleRNNCell(Index units, const SimpleRNNOptions& options = {});
    std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static SimpleRNNCell from_config(ConfigReader& config);

private:
    SimpleRNNOptions options_;
};

/// A SimpleRNNCell along a sequence: (batch, time, features) becomes (batch, units), or (batch,
/// time, units).
class SimpleRNN final : public RNN {
public:
    /// Throws ValueError unless `units` is positive and the dropout rates lie in [0, 1].
    explicit SimpleRNN(Index units, const SimpleRNNOptions& options = {});
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static SimpleRNN from_config(ConfigReader& config);
};

}  // namespace shikumi::nn
