#include <shikumi/nn/layers/recurrent/simple_rnn.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/recurrent/detail/recurrent_fields.hpp>

namespace shikumi::nn {

SimpleRNNCell::SimpleRNNCell(Index units, const SimpleRNNOptions& options)
    : GatedCell(units, 1, options), options_(options) {}

std::vector<Tensor> SimpleRNNCell::step(const Tensor& x, const std::vector<Tensor>& states) {
    return {options_.activation(x + matmul(seen(states[0]), recurrent_kernel()))};
}

SimpleRNN::SimpleRNN(Index units, const SimpleRNNOptions& options)
    : RNN(named_cell(SimpleRNNCell(units, options), "simple_rnn_cell"), rnn_options(options)) {}

namespace {

// The fields of a cell.
void visit_simple_rnn(auto& fields, auto& o) { detail::visit_cell(fields, o); }

}  // namespace

Config SimpleRNNCell::get_config() const {
    ConfigWriter config;
    visit_simple_rnn(config("units", units()), options_);
    return config;
}

SimpleRNNCell SimpleRNNCell::from_config(ConfigReader& config) {
    SimpleRNNOptions options;
    visit_simple_rnn(config, options);
    return SimpleRNNCell(config.get<Index>("units"), options);
}

Config SimpleRNN::get_config() const {
    ConfigWriter config(cell().get_config());
    detail::visit_sequence(config, options());
    return config;
}

SimpleRNN SimpleRNN::from_config(ConfigReader& config) {
    SimpleRNNOptions options;
    visit_simple_rnn(config, options);
    detail::visit_sequence(config, options);
    return SimpleRNN(config.get<Index>("units"), options);
}

}  // namespace shikumi::nn
