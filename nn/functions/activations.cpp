#include <shikumi/nn/functions/activations.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

constinit const ActivationFunction linear{"linear", +[](const Tensor& x) { return x; }};
constinit const ActivationFunction relu{"relu", shikumi::relu};
constinit const ActivationFunction relu6{"relu6", shikumi::relu6};
constinit const ActivationFunction leaky_relu{
    "leaky_relu", +[](const Tensor& x) { return shikumi::leaky_relu(x, 0.2); }};
constinit const ActivationFunction elu{"elu", +[](const Tensor& x) { return shikumi::elu(x); }};
constinit const ActivationFunction selu{"selu", shikumi::selu};
constinit const ActivationFunction gelu{"gelu", +[](const Tensor& x) { return shikumi::gelu(x); }};
constinit const ActivationFunction gelu_tanh{
    "gelu_tanh", +[](const Tensor& x) { return shikumi::gelu(x, true); }};
constinit const ActivationFunction silu{"silu", shikumi::silu};
constinit const ActivationFunction swish{"swish", shikumi::silu};
constinit const ActivationFunction mish{"mish", shikumi::mish};
constinit const ActivationFunction sigmoid{"sigmoid", shikumi::sigmoid};
constinit const ActivationFunction hard_sigmoid{"hard_sigmoid", shikumi::hard_sigmoid};
constinit const ActivationFunction tanh{"tanh", shikumi::tanh};
constinit const ActivationFunction softplus{"softplus", shikumi::softplus};
constinit const ActivationFunction softsign{"softsign", shikumi::softsign};
constinit const ActivationFunction exponential{"exponential", shikumi::exp};
constinit const ActivationFunction softmax{"softmax",
                                           +[](const Tensor& x) { return shikumi::softmax(x); }};

const ActivationFunction& activation(std::string_view name) {
    static constexpr const ActivationFunction* known[] = {
        &linear,       &relu,      &relu6,    &leaky_relu, &elu,         &selu,
        &gelu,         &gelu_tanh, &silu,     &swish,      &mish,        &sigmoid,
        &hard_sigmoid, &tanh,      &softplus, &softsign,   &exponential, &softmax};
    std::string names;
    for (const ActivationFunction* a : known) {
        if (a->name() == name) return *a;
        names.append(names.empty() ? "" : ", ").append(a->name());
    }
    fail<ValueError>("activation", "there is no '", name, "'; known are ", names);
}

}  // namespace shikumi::nn
