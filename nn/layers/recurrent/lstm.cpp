#include <shikumi/nn/layers/recurrent/lstm.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/recurrent/detail/forget_bias.hpp>
#include <shikumi/nn/layers/recurrent/detail/lstm_sequence.hpp>
#include <shikumi/nn/layers/recurrent/detail/recurrent_fields.hpp>

namespace shikumi::nn {

namespace {

LSTMOptions with_forget_bias(LSTMOptions options) {
    if (options.unit_forget_bias)
        options.bias_initializer = detail::with_forget_bias(options.bias_initializer);
    return options;
}

}  // namespace

LSTMCell::LSTMCell(Index units, const LSTMOptions& options)
    : GatedCell(units, 4, with_forget_bias(options)), options_(options) {}

std::vector<Tensor> LSTMCell::step(const Tensor& x, const std::vector<Tensor>& states) {
    const std::vector<Tensor> z = split(x + matmul(seen(states[0]), recurrent_kernel()), 4, -1);
    const Tensor c = options_.recurrent_activation(z[1]) * states[1] +
                     options_.recurrent_activation(z[0]) * options_.activation(z[2]);
    return {options_.recurrent_activation(z[3]) * options_.activation(c), c};
}

std::optional<RecurrentCell::Sequence> LSTMCell::all_steps(const Tensor& prepared,
                                                           const std::vector<Tensor>& states,
                                                           const Tensor& mask) {
    if (drops_state() || options_.activation.name() != "tanh" ||
        options_.recurrent_activation.name() != "sigmoid")
        return {};
    const Index time = prepared.shape().front();
    const Tensor all =
        detail::lstm_sequence(prepared, recurrent_kernel(), states[0], states[1], mask);
    const auto step = [&](Index t) { return squeeze(slice(all, 0, {t, t + 1}), 0); };
    return Sequence{slice(all, 0, {0, time}), {step(time - 1), step(time)}};
}

LSTM::LSTM(Index units, const LSTMOptions& options)
    : RNN(named_cell(LSTMCell(units, options), "lstm_cell"), rnn_options(options)) {}

namespace {

// The fields of a cell.
void visit_lstm(auto& fields, auto& o) {
    fields("recurrent_activation", o.recurrent_activation);
    fields("unit_forget_bias", o.unit_forget_bias);
    detail::visit_cell(fields, o);
}

}  // namespace

Config LSTMCell::get_config() const {
    ConfigWriter config;
    visit_lstm(config("units", units()), options_);
    return config;
}

LSTMCell LSTMCell::from_config(ConfigReader& config) {
    LSTMOptions options;
    visit_lstm(config, options);
    return LSTMCell(config.get<Index>("units"), options);
}

Config LSTM::get_config() const {
    ConfigWriter config(cell().get_config());
    detail::visit_sequence(config, options());
    return config;
}

LSTM LSTM::from_config(ConfigReader& config) {
    LSTMOptions options;
    visit_lstm(config, options);
    detail::visit_sequence(config, options);
    return LSTM(config.get<Index>("units"), options);
}

}  // namespace shikumi::nn
