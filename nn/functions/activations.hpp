// Activations as functions, and as values with names.
#pragma once

#include <concepts>
#include <string_view>

#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/activations.hpp>
#include <shikumi/autograd/ops/math.hpp>
#include <shikumi/autograd/ops/softmax.hpp>

namespace shikumi::nn {

// Those that are operations, too, are the same functions in both namespaces.
using activations::celu;         ///< x, or eˣ − 1 where negative; with an alpha, without a kink
using activations::elu;          ///< x, or eˣ − 1 where negative
using activations::gelu;         ///< x Φ(x)
using activations::glu;          ///< a σ(b) for the halves of the last axis
using activations::hard_shrink;  ///< x, or 0 where |x| ≤ 0.5
using activations::leaky_relu;   ///< x, or 0.2 x where negative
using activations::log_softmax;  ///< x − log Σeˣ over the last axis
using activations::soft_shrink;  ///< x, brought nearer to 0 by 0.5
using activations::softmax;      ///< eˣ/Σeˣ over the last axis
using activations::sparsemax;    ///< max(x − τ, 0) of sum 1 over the last axis
using activations::squareplus;   ///< (x + √(x² + 4))/2
using shikumi::hard_sigmoid;     ///< clip(0.2 x + 0.5, 0, 1): Keras 2's
using shikumi::hard_sigmoid6;    ///< clip(x/6 + 0.5, 0, 1): Keras 3's and PyTorch's
using shikumi::hard_silu;        ///< x hard_sigmoid6(x)
using shikumi::hard_tanh;        ///< clip(x, −1, 1)
using shikumi::log_sigmoid;      ///< log σ(x)
using shikumi::mish;             ///< x tanh(softplus(x))
using shikumi::relu;             ///< max(x, 0); gradient 0 at 0
using shikumi::relu6;            ///< min(max(x, 0), 6)
using shikumi::selu;             ///< λ elu(x, α)
using shikumi::sigmoid;          ///< σ(x) = 1/(1 + e⁻ˣ)
using shikumi::silu;             ///< x σ(x)
using shikumi::softplus;         ///< log(1 + eˣ)
using shikumi::softsign;         ///< x/(1 + |x|)
using shikumi::sparse_plus;      ///< 0 up to −1, x from 1 on, a parabola between them
using shikumi::sparse_sigmoid;   ///< clip((x + 1)/2, 0, 1)
using shikumi::tanh;             ///< (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)
using shikumi::tanh_shrink;      ///< x − tanh x

/// x
Tensor linear(const Tensor& x);
/// eˣ
Tensor exponential(const Tensor& x);
/// gelu with Φ approximated by tanh.
Tensor gelu_tanh(const Tensor& x);
/// silu's older name.
Tensor swish(const Tensor& x);
/// hard_silu's older name.
Tensor hard_swish(const Tensor& x);

/// A function from a tensor to one of the same shape: `nn::relu`, or a lambda.
class ActivationFunction : public NamedFunction<Tensor(const Tensor& x)> {
public:
    using NamedFunction::NamedFunction;
    /// One of the functions above, which gets its name, or another one, called "custom".
    ActivationFunction(Tensor (*function)(const Tensor& x));
    /// The activation of that Keras name, such as "relu": see `activation`.
    template <std::convertible_to<std::string_view> Name>
    ActivationFunction(const Name& known) : ActivationFunction(known_as(known)) {}

private:
    static ActivationFunction known_as(std::string_view name);
};

/// The activation of that Keras name. Throws ValueError with the nearest names for any other.
const ActivationFunction& activation(std::string_view name);

// Files have Keras 3's names: "hard_sigmoid" is `hard_sigmoid6`, and Keras 2's own function of that
// name, clip(x/5 + 0.5, 0, 1), is "hard_sigmoid5".

/// The name. Throws ValueError for a function of one's own, which has none that a file could hold.
Config to_config(const ActivationFunction& function);
/// Reads a name, or Keras's object of a function; nothing is `linear`. Throws ValueError with the
/// nearest names for any other.
void from_config(const Config& config, ActivationFunction& function, std::string_view reading);

}  // namespace shikumi::nn
