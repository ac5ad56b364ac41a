#include <shikumi/nn/functions/activations.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {
namespace {

using Function = Tensor(const Tensor& x);

struct Known {
    constexpr Known(StaticName name, Function* function) : value(name, function), is(function) {}
    ActivationFunction value;
    Function* is;
};
constinit const Known known[] = {
    {"linear", linear},
    {"relu", relu},
    {"relu6", relu6},
    {"leaky_relu", leaky_relu},
    {"elu", elu},
    {"selu", selu},
    {"gelu", gelu},
    {"gelu_tanh", gelu_tanh},
    {"silu", silu},
    {"swish", swish},
    {"mish", mish},
    {"sigmoid", sigmoid},
    {"hard_sigmoid", hard_sigmoid},
    {"tanh", tanh},
    {"softplus", softplus},
    {"softsign", softsign},
    {"exponential", exponential},
    {"softmax", softmax},
};

ActivationFunction named(Function* function) {
    const auto* const found = std::ranges::find(known, function, &Known::is);
    return found != std::end(known) ? found->value : ActivationFunction(function, "custom");
}

}  // namespace

Tensor linear(const Tensor& x) { return x; }
Tensor exponential(const Tensor& x) { return exp(x); }
Tensor gelu_tanh(const Tensor& x) { return shikumi::gelu(x, true); }
Tensor swish(const Tensor& x) { return silu(x); }

ActivationFunction::ActivationFunction(Tensor (*function)(const Tensor& x))
    : ActivationFunction(named(function)) {}

const ActivationFunction& activation(std::string_view name) {
    std::string names;
    for (const Known& activation : known) {
        if (activation.value.name() == name) return activation.value;
        names.append(names.empty() ? "" : ", ").append(activation.value.name());
    }
    fail<ValueError>("activation", "there is no '", name, "'; known are ", names);
}

}  // namespace shikumi::nn
