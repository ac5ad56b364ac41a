#include <shikumi/nn/layers/recurrent/lstm.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/recurrent/detail/forget_bias.hpp>
#include <shikumi/nn/layers/recurrent/detail/lstm_sequence.hpp>

namespace shikumi::nn {

namespace {

LSTMOptions with_forget_bias(LSTMOptions options) {
    if (options.unit_forget_bias)
        options.bias_initializer = detail::with_forget_bias(options.bias_initializer);
    return options;
}

}  // namespace

LSTMCell::LSTMCell(Index units, const LSTMOptions& options)
    : GatedCell(units, 4, with_forget_bias(options)),
      activation_(options.activation),
      recurrent_activation_(options.recurrent_activation) {}

std::vector<Tensor> LSTMCell::step(const Tensor& x, const std::vector<Tensor>& states) {
    const std::vector<Tensor> z = split(x + matmul(seen(states[0]), recurrent_kernel()), 4, -1);
    const Tensor c =
        recurrent_activation_(z[1]) * states[1] + recurrent_activation_(z[0]) * activation_(z[2]);
    return {recurrent_activation_(z[3]) * activation_(c), c};
}

std::optional<RecurrentCell::Sequence> LSTMCell::all_steps(const Tensor& prepared,
                                                           const std::vector<Tensor>& states,
                                                           const Tensor& mask) {
    if (drops_state() || activation_.name() != "tanh" || recurrent_activation_.name() != "sigmoid")
        return {};
    const Index time = prepared.shape().front();
    const Tensor all =
        detail::lstm_sequence(prepared, recurrent_kernel(), states[0], states[1], mask);
    const auto step = [&](Index t) { return squeeze(slice(all, 0, {t, t + 1}), 0); };
    return Sequence{slice(all, 0, {0, time}), {step(time - 1), step(time)}};
}

LSTM::LSTM(Index units, const LSTMOptions& options)
    : RNN(LSTMCell(units, options), rnn_options(options)) {}

}  // namespace shikumi::nn
