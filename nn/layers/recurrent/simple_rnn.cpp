#include <shikumi/nn/layers/recurrent/simple_rnn.hpp>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

SimpleRNNCell::SimpleRNNCell(Index units, const SimpleRNNOptions& options)
    : GatedCell(units, 1, options), activation_(options.activation) {}

std::vector<Tensor> SimpleRNNCell::step(const Tensor& x, const std::vector<Tensor>& states) {
    return {activation_(x + matmul(seen(states[0]), recurrent_kernel()))};
}

SimpleRNN::SimpleRNN(Index units, const SimpleRNNOptions& options)
    : RNN(SimpleRNNCell(units, options), rnn_options(options)) {}

}  // namespace shikumi::nn
