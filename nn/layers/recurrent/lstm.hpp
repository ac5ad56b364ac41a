// LSTM: long short-term memory.
#pragma once

#include <shikumi/nn/layers/recurrent/gated_cell.hpp>
#include <shikumi/nn/layers/recurrent/rnn.hpp>

namespace shikumi::nn {

/// Options of LSTMCell and LSTM. A cell ignores those from `return_sequences` to
/// `zero_output_for_mask`, and `input_shape`.
struct LSTMOptions {
    ActivationFunction activation = tanh;               ///< of the new state
    ActivationFunction recurrent_activation = sigmoid;  ///< of the gates
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
    bool unit_forget_bias = true;                       ///< the forget gate's bias starts at 1
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

/// One step of long short-term memory (S. Hochreiter, J. Schmidhuber, Neural Computation 9, 1997),
/// with a forget gate (F. Gers et al., 2000): with i, f, g, o the quarters of x·kernel + bias +
/// h·recurrent_kernel,
///     c' = σ(f) c + σ(i) tanh(g),  h' = σ(o) tanh(c').
/// Weights: kernel (in, 4 units), recurrent_kernel (units, 4 units), bias (4 units). States: h, c.
/// With these activations and without recurrent dropout a whole sequence is one operation.
class LSTMCell final : public GatedCell {
public:
    /// Ignores the options that concern sequences. Throws ValueError unless `units` is positive and
    /// the dropout rates lie in [0, 1].
    explicit LSTMCell(Index units, const LSTMOptions& options = {});
    std::vector<Shape> state_shapes() const override { return {{units()}, {units()}}; }
    std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) override;
    std::optional<Sequence> all_steps(const Tensor& prepared, const std::vector<Tensor>& states,
                                      const Tensor& mask) override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static LSTMCell from_config(ConfigReader& config);

private:
    LSTMOptions options_;
};

/// An LSTMCell along a sequence: (batch, time, features) becomes (batch, units), or (batch, time,
/// units).
class LSTM final : public RNN {
public:
    /// Throws ValueError unless `units` is positive and the dropout rates lie in [0, 1].
    explicit LSTM(Index units, const LSTMOptions& options = {});
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static LSTM from_config(ConfigReader& config);
};

}  // namespace shikumi::nn
