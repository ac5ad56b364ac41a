// Activations under both namespaces at once, as functions and as values.
#include <shikumi/shikumi.hpp>

#include <cmath>
#include <vector>

using namespace shikumi;
using namespace shikumi::nn;

int main() {
    const Tensor x = tensor({-1.0, 2.0});
    const std::vector<ActivationFunction> functions{
        linear,       relu,        relu6,       leaky_relu,    elu,         selu,
        gelu,         gelu_tanh,   silu,        swish,         mish,        sigmoid,
        hard_sigmoid, tanh,        softplus,    softsign,      exponential, softmax,
        celu,         glu,         hard_shrink, hard_sigmoid6, hard_silu,   hard_swish,
        hard_tanh,    log_sigmoid, log_softmax, soft_shrink,   sparse_plus, sparse_sigmoid,
        sparsemax,    squareplus,  tanh_shrink};
    const std::vector<Tensor> values{
        relu(x),         relu6(x),       leaky_relu(x),    leaky_relu(x, 0.1),
        elu(x),          elu(x, 2),      selu(x),          gelu(x),
        gelu(x, true),   silu(x),        mish(x),          sigmoid(x),
        hard_sigmoid(x), tanh(x),        softplus(x),      softsign(x),
        softmax(x),      softmax(x, 0),  celu(x),          celu(x, 2),
        glu(x),          hard_shrink(x), hard_sigmoid6(x), hard_silu(x),
        hard_tanh(x),    log_sigmoid(x), log_softmax(x),   log_softmax(x, 0),
        soft_shrink(x),  sparse_plus(x), sparsemax(x),     squareplus(x),
        tanh_shrink(x)};
    const TensorList list{x};
    const Dense dense(3, {.activation = relu}), last(3, {.activation = softmax});
    const LSTM lstm(2, {.activation = tanh, .recurrent_activation = sigmoid});
    const Activation layer(elu), other(x.rank() > 1 ? nn::sigmoid : nn::softmax);
    return functions.size() == values.size() && tanh(0.0) == 0 ? 0 : 1;
}
