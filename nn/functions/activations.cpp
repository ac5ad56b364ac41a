#include <shikumi/nn/functions/activations.hpp>

#include <algorithm>
#include <vector>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/nearest_names.hpp>

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
    {"celu", celu},
    {"glu", glu},
    {"hard_shrink", hard_shrink},
    {"hard_sigmoid6", hard_sigmoid6},
    {"hard_silu", hard_silu},
    {"hard_swish", hard_swish},
    {"hard_tanh", hard_tanh},
    {"log_sigmoid", log_sigmoid},
    {"log_softmax", log_softmax},
    {"soft_shrink", soft_shrink},
    {"sparse_plus", sparse_plus},
    {"sparse_sigmoid", sparse_sigmoid},
    {"sparsemax", sparsemax},
    {"squareplus", squareplus},
    {"tanh_shrink", tanh_shrink},
};

ActivationFunction named(Function* function) {
    const auto* const found = std::ranges::find(known, function, &Known::is);
    return found != std::end(known) ? found->value : ActivationFunction(function, "custom");
}

// Where the names differ: here, and in files.
struct Renamed {
    std::string_view here, in_files;
};
constexpr Renamed renamed[] = {{"hard_sigmoid6", "hard_sigmoid"},
                               {"hard_sigmoid", "hard_sigmoid5"}};

}  // namespace

Tensor linear(const Tensor& x) { return x; }
Tensor exponential(const Tensor& x) { return exp(x); }
Tensor gelu_tanh(const Tensor& x) { return shikumi::gelu(x, true); }
Tensor swish(const Tensor& x) { return silu(x); }
Tensor hard_swish(const Tensor& x) { return hard_silu(x); }

ActivationFunction::ActivationFunction(Tensor (*function)(const Tensor& x))
    : ActivationFunction(named(function)) {}

ActivationFunction ActivationFunction::known_as(std::string_view name) { return activation(name); }

const ActivationFunction& activation(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Known& activation : known) {
        if (activation.value.name() == name) return activation.value;
        names.push_back(activation.value.name());
    }
    shikumi::detail::refuse_name("activation", name, names);
}

Config to_config(const ActivationFunction& function) {
    if (std::ranges::find(known, function, &Known::value) == std::end(known))
        fail<ValueError>("activation", "a file can't hold the function '", function.name(),
                         "': it isn't one of the library's");
    const auto other = std::ranges::find(renamed, function.name(), &Renamed::here);
    return other == std::end(renamed) ? function.name() : other->in_files;
}

void from_config(const Config& config, ActivationFunction& function, std::string_view reading) {
    if (config.is_null()) {
        function = linear;
        return;
    }
    const std::string name = shikumi::detail::class_in(config, reading).class_name;
    const auto other = std::ranges::find(renamed, name, &Renamed::in_files);
    try {
        function = activation(other == std::end(renamed) ? name : other->here);
    } catch (Error& e) {
        e.add_context(sentence("in ", reading));
        throw;
    }
}

}  // namespace shikumi::nn
