// The functions that layers put behind their products.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// Activations without their parameter. `shikumi` and `shikumi::nn` share them: to a program that
/// uses both, `elu` is one function, whether it calls it or gives it to a layer.
namespace activations {

/// `leaky_relu` of slope 0.2.
Tensor leaky_relu(const Tensor& x);
/// `elu` of alpha 1.
Tensor elu(const Tensor& x);
/// `gelu` by the error function.
Tensor gelu(const Tensor& x);
/// `celu` of alpha 1.
Tensor celu(const Tensor& x);
/// `hard_shrink` of threshold 0.5.
Tensor hard_shrink(const Tensor& x);
/// `soft_shrink` of threshold 0.5.
Tensor soft_shrink(const Tensor& x);
/// `squareplus` of b = 4.
Tensor squareplus(const Tensor& x);
/// `glu` over the last axis.
Tensor glu(const Tensor& x);

}  // namespace activations

/// \defgroup activations Activation functions
/// Functions of each element alone; the result has the shape and dtype of `x`. NaN gives NaN. Each
/// takes f32 and f64 and throws DTypeError for any other dtype, unless it says otherwise.
/// @{

/// The logistic function σ(x) = 1 / (1 + e⁻ˣ).
Tensor sigmoid(const Tensor& x);
/// log σ(x) = -log(1 + e⁻ˣ), without overflow.
Tensor log_sigmoid(const Tensor& x);
/// max(0, x). Any dtype but bool. The gradient is 0 at 0. (V. Nair, G. Hinton, "Rectified linear
/// units improve restricted Boltzmann machines", ICML 2010.)
Tensor relu(const Tensor& x);
/// min(max(0, x), 6). The gradient is 0 at 0 and at 6. (A. Krizhevsky, "Convolutional deep belief
/// networks on CIFAR-10", 2010.)
Tensor relu6(const Tensor& x);
/// x where x > 0, else x times the slope. The gradient at 0 is the slope. (A. Maas et al.,
/// "Rectifier nonlinearities improve neural network acoustic models", 2013.)
Tensor leaky_relu(const Tensor& x, double negative_slope);
using activations::leaky_relu;
/// x where x > 0, else alpha (eˣ - 1). The gradient at 0 is alpha. (D.-A. Clevert et al., "Fast and
/// accurate deep network learning by exponential linear units", ICLR 2016.)
Tensor elu(const Tensor& x, double alpha);
using activations::elu;
/// x where x > 0, else alpha (exp(x / alpha) - 1), whose slope has no jump. Throws ValueError
/// unless alpha is positive. (J. Barron, "Continuously differentiable exponential linear units",
/// 2017.)
Tensor celu(const Tensor& x, double alpha);
using activations::celu;
/// λ x where x > 0, else λ α (eˣ - 1), for λ ≈ 1.0507 and α ≈ 1.6733, which keep mean 0 and
/// variance 1 from layer to layer. The gradient at 0 is λ. (G. Klambauer et al.,
/// "Self-normalizing neural networks", NeurIPS 2017.)
Tensor selu(const Tensor& x);
/// x Φ(x) for the normal distribution function Φ; `approximate` computes it by tanh instead of the
/// error function. (D. Hendrycks, K. Gimpel, "Gaussian error linear units", 2016.)
Tensor gelu(const Tensor& x, Boolean approximate);
using activations::gelu;
/// x σ(x), also known as swish. (S. Elfwing et al., "Sigmoid-weighted linear units for neural
/// network function approximation in reinforcement learning", Neural Networks 107, 2018.)
Tensor silu(const Tensor& x);
/// log(1 + eˣ), without overflow. (C. Dugas et al., "Incorporating second-order functional
/// knowledge for better option pricing", NIPS 2000.)
Tensor softplus(const Tensor& x);
/// x / (1 + |x|).
Tensor softsign(const Tensor& x);
/// x tanh(log(1 + eˣ)). (D. Misra, "Mish: a self regularized non-monotonic activation function",
/// BMVC 2020.)
Tensor mish(const Tensor& x);
/// (x + √(x² + b)) / 2, a smooth `relu`. Throws ValueError unless b is positive. (J. Barron,
/// "Squareplus: a softplus-like algebraic rectifier", 2021.)
Tensor squareplus(const Tensor& x, double b);
using activations::squareplus;
/// 0 up to -1, x from 1 on, (x + 1)² / 4 between them. (Formula of JAX's sparse_plus.)
Tensor sparse_plus(const Tensor& x);
/// 0 up to -1, 1 from 1 on, (x + 1) / 2 between them: the slope of `sparse_plus`. The gradient at
/// the two kinks is 0.
Tensor sparse_sigmoid(const Tensor& x);
/// clip(0.2 x + 0.5, 0, 1), with the slope of Keras 2. The gradient at the two kinks is 0.2.
Tensor hard_sigmoid(const Tensor& x);
/// clip(x / 6 + 0.5, 0, 1), with the slope of Keras 3 and PyTorch: `relu6` of x + 3, divided by 6.
/// The gradient at the two kinks is 0. (A. Howard et al., "Searching for MobileNetV3", ICCV 2019.)
Tensor hard_sigmoid6(const Tensor& x);
/// x times `hard_sigmoid6` of x, also known as hard_swish. The gradient is 0 at -3, 1 at 3. (A.
/// Howard et al., "Searching for MobileNetV3", ICCV 2019.)
Tensor hard_silu(const Tensor& x);
/// clip(x, -1, 1). The gradient at the two kinks is 1.
Tensor hard_tanh(const Tensor& x);
/// x, but 0 where |x| is at most the threshold. The gradient there is 0. Throws ValueError for a
/// negative threshold.
Tensor hard_shrink(const Tensor& x, double threshold);
using activations::hard_shrink;
/// x brought nearer to 0 by the threshold, but no further. The gradient is 0 where |x| is at most
/// the threshold, else 1. Throws ValueError for a negative threshold.
Tensor soft_shrink(const Tensor& x, double threshold);
using activations::soft_shrink;
/// x - tanh(x).
Tensor tanh_shrink(const Tensor& x);
/// x where it exceeds the limit, else `otherwise`. The gradient at the limit is 0.
Tensor threshold(const Tensor& x, double limit, double otherwise);
/// a σ(b) for the halves a and b of x along an axis, which the result has half as long. Throws
/// ShapeError for an axis outside the rank, or of an odd size. (Y. Dauphin et al., "Language
/// modeling with gated convolutional networks", ICML 2017.)
Tensor glu(const Tensor& x, Integer axis);
using activations::glu;

/// @}

}  // namespace shikumi
