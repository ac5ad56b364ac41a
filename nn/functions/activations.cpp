#include <shikumi/nn/functions/activations.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

constinit const NamedActivation linear{"linear", [](const Tensor& x) { return x; }};
constinit const NamedActivation relu{"relu", shikumi::relu};
constinit const NamedActivation relu6{"relu6", shikumi::relu6};
constinit const NamedActivation leaky_relu{
    "leaky_relu", [](const Tensor& x) { return shikumi::leaky_relu(x, 0.2); }};
constinit const NamedActivation elu{"elu", [](const Tensor& x) { return shikumi::elu(x); }};
constinit const NamedActivation selu{"selu", shikumi::selu};
constinit const NamedActivation gelu{"gelu", [](const Tensor& x) { return shikumi::gelu(x); }};
constinit const NamedActivation gelu_tanh{"gelu_tanh",
                                          [](const Tensor& x) { return shikumi::gelu(x, true); }};
constinit const NamedActivation silu{"silu", shikumi::silu};
constinit const NamedActivation swish{"swish", shikumi::silu};
constinit const NamedActivation mish{"mish", shikumi::mish};
constinit const NamedActivation sigmoid{"sigmoid", shikumi::sigmoid};
constinit const NamedActivation hard_sigmoid{"hard_sigmoid", shikumi::hard_sigmoid};
constinit const NamedActivation tanh{"tanh", shikumi::tanh};
constinit const NamedActivation softplus{"softplus", shikumi::softplus};
constinit const NamedActivation softsign{"softsign", shikumi::softsign};
constinit const NamedActivation exponential{"exponential", shikumi::exp};
constinit const NamedActivation softmax{"softmax",
                                        [](const Tensor& x) { return shikumi::softmax(x); }};

const NamedActivation& activation(std::string_view name) {
    static constexpr const NamedActivation* known[] = {
        &linear,       &relu,      &relu6,    &leaky_relu, &elu,         &selu,
        &gelu,         &gelu_tanh, &silu,     &swish,      &mish,        &sigmoid,
        &hard_sigmoid, &tanh,      &softplus, &softsign,   &exponential, &softmax};
    std::string names;
    for (const NamedActivation* a : known) {
        if (a->name == name) return *a;
        names.append(names.empty() ? "" : ", ").append(a->name);
    }
    fail<ValueError>("activation", "there is no '", name, "'; known are ", names);
}

}  // namespace shikumi::nn
