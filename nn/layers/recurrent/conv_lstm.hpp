// ConvLSTM1D, ConvLSTM2D and ConvLSTM3D.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/layers/recurrent/rnn.hpp>

namespace shikumi::nn {

/// Options of ConvLSTM1D and its relatives, and of their cells, which ignore those from
/// `return_sequences` to `zero_output_for_mask`, and `input_shape`. Defaults are Keras's.
struct ConvLSTMOptions {
    PerAxis strides = 1;                                ///< steps of the window over the input
    Padding padding = Padding::valid;                   ///< zeros around the input
    PerAxis dilation_rate = 1;                          ///< distance of the window's elements
    ActivationFunction activation = tanh;               ///< of the new state
    ActivationFunction recurrent_activation = sigmoid;  ///< of the gates
    bool use_bias = true;                               ///< adds a bias to the sums
    Initializer kernel_initializer = glorot_uniform();  ///< of the inputs' kernel
    Initializer recurrent_initializer = orthogonal();   ///< of the state's kernel
    Initializer bias_initializer = zeros_init();        ///< of the bias
    Regularizer kernel_regularizer = {};                ///< penalty on the inputs' kernel
    Regularizer recurrent_regularizer = {};             ///< penalty on the state's kernel
    Regularizer bias_regularizer = {};                  ///< penalty on the bias
    Constraint kernel_constraint = {};                  ///< bound on the inputs' kernel
    Constraint recurrent_constraint = {};               ///< bound on the state's kernel
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

/// One step of an LSTM whose products are convolutions (X. Shi et al., NIPS 2015): with i, f, g, o
/// the quarters of the channels of x * kernel + bias + h * recurrent_kernel,
///     c' = σ(f) c + σ(i) tanh(g),  h' = σ(o) tanh(c').
/// The second convolution keeps the size of h. Inputs are (batch, axes…, channels), states h and c
/// (batch, places…, filters). Weights: kernel (window…, channels, 4 filters), recurrent_kernel
/// (window…, filters, 4 filters), bias (4 filters).
class ConvLSTMCell final : public RecurrentCell {
public:
    /// Over one to three axes. Throws ValueError unless filters, kernel_size, strides and dilation
    /// are positive and go together and the dropout rates lie in [0, 1].
    ConvLSTMCell(int axes, Index filters, const PerAxis& kernel_size,
                 const ConvLSTMOptions& options = {});
    /// Makes the weights. Throws ShapeError for an input that the window doesn't fit.
    void build(const Spec& input) override;
    std::vector<Shape> state_shapes() const override { return {places_, places_}; }
    Tensor prepare(const Tensor& inputs, Mode mode) override;
    std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) override;
    void finish() override { state_mask_ = {}; }
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static ConvLSTMCell from_config(ConfigReader& config);

private:
    int axes_;
    Index filters_;
    PerAxis size_;
    ConvLSTMOptions options_;
    Parameter kernel_, recurrent_kernel_, bias_;
    Shape places_;       // of one sample's state
    Tensor state_mask_;  // dropout of the state, while a sequence is under way
};

/// An LSTM of convolutions over sequences of sequences: (batch, time, steps, channels) becomes
/// (batch, steps, filters), or (batch, time, steps, filters).
class ConvLSTM1D final : public RNN {
public:
    /// Throws as ConvLSTMCell does.
    ConvLSTM1D(Index filters, const PerAxis& kernel_size, const ConvLSTMOptions& options = {});
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static ConvLSTM1D from_config(ConfigReader& config);
};

/// An LSTM of convolutions over films: (batch, time, rows, columns, channels) becomes (batch, rows,
/// columns, filters), or (batch, time, rows, columns, filters).
class ConvLSTM2D final : public RNN {
public:
    /// Throws as ConvLSTMCell does.
    ConvLSTM2D(Index filters, const PerAxis& kernel_size, const ConvLSTMOptions& options = {});
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static ConvLSTM2D from_config(ConfigReader& config);
};

/// An LSTM of convolutions over volumes in time: (batch, time, planes, rows, columns, channels)
/// becomes (batch, planes, rows, columns, filters), or the same for each step.
class ConvLSTM3D final : public RNN {
public:
    /// Throws as ConvLSTMCell does.
    ConvLSTM3D(Index filters, const PerAxis& kernel_size, const ConvLSTMOptions& options = {});
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static ConvLSTM3D from_config(ConfigReader& config);
};

}  // namespace shikumi::nn
