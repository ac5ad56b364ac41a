// GRU: gated recurrent units.
#pragma once

#include <shikumi/nn/layers/recurrent/gated_cell.hpp>
#include <shikumi/nn/layers/recurrent/rnn.hpp>

namespace shikumi::nn {

struct GRUOptions {
    ActivationFunction activation = tanh;
    ActivationFunction recurrent_activation = sigmoid;
    bool use_bias = true;
    Initializer kernel_initializer = glorot_uniform();
    Initializer recurrent_initializer = orthogonal();
    Initializer bias_initializer = zeros_init();
    Regularizer kernel_regularizer = {}, recurrent_regularizer = {}, bias_regularizer = {};
    Constraint kernel_constraint = {}, recurrent_constraint = {}, bias_constraint = {};
    double dropout = 0;            ///< of the inputs, the same elements at each step
    double recurrent_dropout = 0;  ///< of the state, the same elements at each step
    bool reset_after = true;       ///< the reset gate acts on the recurrent product, not the state
    bool return_sequences = false;
    bool return_state = false;
    bool go_backwards = false;
    bool stateful = false;
    bool zero_output_for_mask = false;
    Shape input_shape = {};
    std::string name = {};
    DType dtype = f32;
};

/// K. Cho et al., EMNLP 2014. With a = x·kernel + bias, cut into z, r, h as every product here is,
/// and the recurrent kernel U:
///     z = σ(a_z + h·U_z),  r = σ(a_r + h·U_r),  h' = z h + (1 - z) tanh(a_h + (r h)·U_h),
/// or, with reset_after, h' = z h + (1 - z) tanh(a_h + r (h·U_h + b_h)), b being a second bias that
/// the other gates add, too.
/// Weights: kernel (in, 3 units), recurrent_kernel (units, 3 units), bias (3 units), or (2, 3
/// units) with reset_after. State: h.
/// With reset_after, these activations and without recurrent dropout a sequence is one operation.
class GRUCell final : public GatedCell {
public:
    /// Has no use for the options that concern sequences. Throws ValueError unless `units` is
    /// positive and the dropout rates lie in [0, 1].
    explicit GRUCell(Index units, const GRUOptions& options = {});
    Tensor prepare(const Tensor& inputs, Mode mode) override;
    std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) override;
    std::optional<Sequence> all_steps(const Tensor& prepared, const std::vector<Tensor>& states,
                                      const Tensor& mask) override;
    void finish() override;

protected:
    Shape bias_shape() const override;
    Tensor input_bias() const override;

private:
    ActivationFunction activation_, recurrent_activation_;
    bool reset_after_;
    // What all steps of a sequence use: with reset_after the second bias; without, the recurrent
    // kernel in two, for the gates and for the new state.
    Tensor recurrent_bias_, gates_kernel_, state_kernel_;
};

/// A GRUCell along a sequence: (batch, time, features) becomes (batch, units), or (batch, time,
/// units).
class GRU final : public RNN {
public:
    explicit GRU(Index units, const GRUOptions& options = {});
};

}  // namespace shikumi::nn
