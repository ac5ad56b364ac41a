#include <shikumi/nn/layers/recurrent/gru.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/recurrent/detail/gru_sequence.hpp>

namespace shikumi::nn {

GRUCell::GRUCell(Index units, const GRUOptions& options)
    : GatedCell(units, 3, options),
      activation_(options.activation),
      recurrent_activation_(options.recurrent_activation),
      reset_after_(options.reset_after) {}

Shape GRUCell::bias_shape() const {
    return reset_after_ ? Shape{2, 3 * units()} : GatedCell::bias_shape();
}

Tensor GRUCell::input_bias() const {
    return reset_after_ ? slice(bias(), 0, {0, 1}) : GatedCell::input_bias();
}

Tensor GRUCell::prepare(const Tensor& inputs, Mode mode) {
    const Index u = units();
    if (!reset_after_) {
        gates_kernel_ = slice(recurrent_kernel(), 1, {0, 2 * u});
        state_kernel_ = slice(recurrent_kernel(), 1, {2 * u, 3 * u});
    } else if (use_bias()) {
        recurrent_bias_ = slice(bias(), 0, {1, 2});
    }
    return GatedCell::prepare(inputs, mode);
}

std::vector<Tensor> GRUCell::step(const Tensor& x, const std::vector<Tensor>& states) {
    const Tensor h = seen(states[0]);
    const std::vector<Tensor> a = split(x, 3, -1);
    Tensor z, candidate;
    if (reset_after_) {
        Tensor product = matmul(h, recurrent_kernel());
        if (use_bias()) product = product + recurrent_bias_;
        const std::vector<Tensor> b = split(product, 3, -1);
        z = recurrent_activation_(a[0] + b[0]);
        candidate = activation_(a[2] + recurrent_activation_(a[1] + b[1]) * b[2]);
    } else {
        const std::vector<Tensor> b = split(matmul(h, gates_kernel_), 2, -1);
        z = recurrent_activation_(a[0] + b[0]);
        const Tensor reset = recurrent_activation_(a[1] + b[1]) * h;
        candidate = activation_(a[2] + matmul(reset, state_kernel_));
    }
    return {z * h + (1 - z) * candidate};
}

std::optional<RecurrentCell::Sequence> GRUCell::all_steps(const Tensor& prepared,
                                                          const std::vector<Tensor>& states,
                                                          const Tensor& mask) {
    if (!reset_after_ || drops_state() || activation_.name() != "tanh" ||
        recurrent_activation_.name() != "sigmoid")
        return {};
    const Index time = prepared.shape().front();
    const Tensor bias = use_bias() ? squeeze(recurrent_bias_, 0) : zeros({3 * units()}, dtype());
    const Tensor all = detail::gru_sequence(prepared, recurrent_kernel(), bias, states[0], mask);
    return Sequence{all, {squeeze(slice(all, 0, {time - 1, time}), 0)}};
}

void GRUCell::finish() {
    recurrent_bias_ = gates_kernel_ = state_kernel_ = {};
    GatedCell::finish();
}

GRU::GRU(Index units, const GRUOptions& options)
    : RNN(GRUCell(units, options), rnn_options(options)) {}

}  // namespace shikumi::nn
