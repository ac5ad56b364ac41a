// Activations as values with names.
#pragma once

#include <string_view>

#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// A function from a tensor to one of the same shape: `nn::relu`, or a lambda.
using ActivationFunction = NamedFunction<Tensor(const Tensor& x)>;

extern const ActivationFunction linear;        ///< x
extern const ActivationFunction relu;          ///< max(x, 0); gradient 0 at 0
extern const ActivationFunction relu6;         ///< min(max(x, 0), 6)
extern const ActivationFunction leaky_relu;    ///< x, or 0.2 x where negative
extern const ActivationFunction elu;           ///< x, or eˣ − 1 where negative
extern const ActivationFunction selu;          ///< λ elu(x, α)
extern const ActivationFunction gelu;          ///< x Φ(x)
extern const ActivationFunction gelu_tanh;     ///< gelu with Φ approximated by tanh
extern const ActivationFunction silu;          ///< x σ(x)
extern const ActivationFunction swish;         ///< silu's older name
extern const ActivationFunction mish;          ///< x tanh(softplus(x))
extern const ActivationFunction sigmoid;       ///< σ(x) = 1/(1 + e⁻ˣ)
extern const ActivationFunction hard_sigmoid;  ///< clip(0.2 x + 0.5, 0, 1): Keras 2's
extern const ActivationFunction tanh;          ///< (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)
extern const ActivationFunction softplus;      ///< log(1 + eˣ)
extern const ActivationFunction softsign;      ///< x/(1 + |x|)
extern const ActivationFunction exponential;   ///< eˣ
extern const ActivationFunction softmax;       ///< eˣ/Σeˣ over the last axis

/// The activation of that Keras name. Throws ValueError that lists the known ones.
const ActivationFunction& activation(std::string_view name);

}  // namespace shikumi::nn
