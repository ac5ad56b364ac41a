// GRU: gated recurrent units.
#pragma once

#include <shikumi/nn/layers/recurrent/gated_cell.hpp>
#include <shikumi/nn/layers/recurrent/rnn.hpp>

namespace shikumi::nn {

/// Options of GRUCell and GRU. A cell ignores those from `return_sequences` to
/// `zero_output_for_mask`, and `input_shape`.
struct GRUOptions {
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
    double dropout = 0;             ///< of the inputs, the same elements at each step
    double recurrent_dropout = 0;   ///< of the state, the same elements at each step
    bool reset_after = true;        ///< the reset gate acts on the recurrent product, not the state
    bool return_sequences = false;  ///< every step's output, not only the last
    bool return_state = false;      ///< called on a list, the states after the last step, too
    bool go_backwards = false;      ///< from the last step to the first; outputs in that order
    bool stateful = false;          ///< begins with the states that the batch before left behind
    bool zero_output_for_mask = false;  ///< masked steps give zeros, not the output before them
    Shape input_shape = {};             ///< of a sample, where it is known beforehand
    std::string name = {};              ///< empty: chosen by the class
    DType dtype = f32;                  ///< of weights and outputs: f32 or f64
};

/// One step of a gated recurrent unit (K. Cho et al., EMNLP 2014): with a = x·kernel + bias, cut
/// into z, r, h as every product here is, and the recurrent kernel U,
///     z = σ(a_z + h·U_z),  r = σ(a_r + h·U_r),  h' = z h + (1 - z) tanh(a_h + (r h)·U_h),
/// or, with reset_after, h' = z h + (1 - z) tanh(a_h + r (h·U_h + b_h)), b being a second bias that
/// the other gates add, too.
/// Weights: kernel (in, 3 units), recurrent_kernel (units, 3 units), bias (3 units), or (2, 3
/// units) with reset_after. State: h.
/// With reset_after, these activations and without recurrent dropout a sequence is one operation.
class GRUCell final : public GatedCell {
public:
    /// Ignores the options that concern sequences. Throws ValueError unless `units` is positive and
    /// the dropout rates lie in [0, 1].
    explicit GRUCell(Index units, const GRUOptions& options = {});
    Tensor prepare(const Tensor& inputs, Mode mode) override;
    std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) override;
    std::optional<Sequence> all_steps(const Tensor& prepared, const std::vector<Tensor>& states,
                                      const Tensor& mask) override;
    void finish() override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GRUCell from_config(ConfigReader& config);

protected:
    Shape bias_shape() const override;
    Tensor input_bias() const override;

private:
    GRUOptions options_;
    // What all steps of a sequence use: with reset_after the second bias; without, the recurrent
    // kernel in two, for the gates and for the new state.
    Tensor recurrent_bias_, gates_kernel_, state_kernel_;
};

/// A GRUCell along a sequence: (batch, time, features) becomes (batch, units), or (batch, time,
/// units).
class GRU final : public RNN {
public:
    /// Throws ValueError unless `units` is positive and the dropout rates lie in [0, 1].
    explicit GRU(Index units, const GRUOptions& options = {});
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static GRU from_config(ConfigReader& config);
};

}  // namespace shikumi::nn
