// Activations as values with names.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// An activation under Keras's name. Callable; needs no code at start-up.
struct NamedActivation {
    std::string_view name;
    Tensor (*function)(const Tensor& x);
    Tensor operator()(const Tensor& x) const { return function(x); }
};

/// Any function from a tensor to one of the same shape; "custom" unless it has a name.
class ActivationFunction {
public:
    ActivationFunction(const NamedActivation& f) : name_(f.name), function_(f.function) {}
    template <std::invocable<const Tensor&> F>
    requires(!std::same_as<F, ActivationFunction> && !std::same_as<F, NamedActivation>)
        ActivationFunction(F function, std::string name = "custom")
        : name_(std::move(name)), function_(std::move(function)) {}

    const std::string& name() const noexcept { return name_; }
    Tensor operator()(const Tensor& x) const { return function_(x); }

private:
    std::string name_;
    std::function<Tensor(const Tensor&)> function_;
};

extern const NamedActivation linear;        ///< x
extern const NamedActivation relu;          ///< max(x, 0); gradient 0 at 0
extern const NamedActivation relu6;         ///< min(max(x, 0), 6)
extern const NamedActivation leaky_relu;    ///< x, or 0.2 x where negative
extern const NamedActivation elu;           ///< x, or eˣ − 1 where negative
extern const NamedActivation selu;          ///< λ elu(x, α)
extern const NamedActivation gelu;          ///< x Φ(x)
extern const NamedActivation gelu_tanh;     ///< the same, Φ by tanh: Keras's gelu with approximate
extern const NamedActivation silu;          ///< x σ(x)
extern const NamedActivation swish;         ///< silu's older name
extern const NamedActivation mish;          ///< x tanh(softplus(x))
extern const NamedActivation sigmoid;       ///< σ(x) = 1/(1 + e⁻ˣ)
extern const NamedActivation hard_sigmoid;  ///< clip(0.2 x + 0.5, 0, 1): Keras 2's
extern const NamedActivation tanh;
extern const NamedActivation softplus;     ///< log(1 + eˣ)
extern const NamedActivation softsign;     ///< x/(1 + |x|)
extern const NamedActivation exponential;  ///< eˣ
extern const NamedActivation softmax;      ///< eˣ/Σeˣ over the last axis

/// The activation of that Keras name. Throws ValueError that lists the known ones.
const NamedActivation& activation(std::string_view name);

}  // namespace shikumi::nn
