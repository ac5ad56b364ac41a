// Special functions: the error function's kin, Γ, Bessel functions, entropies.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// \defgroup special Special functions
/// Functions of each element alone; the result has the shape and dtype of `x`, or for two tensors
/// the shape to which theirs broadcast. NaN gives NaN, and so does a number outside the function's
/// domain. Each takes f32 and f64, of one dtype, and throws DTypeError for any other.
/// @{

/// 1 - erf(x), without that difference.
Tensor erfc(const Tensor& x);
/// The number whose error function is x, for |x| ≤ 1; infinite at ±1.
Tensor erfinv(const Tensor& x);
/// The normal distribution function Φ(x) = ½ erfc(-x/√2).
Tensor ndtr(const Tensor& x);
/// log Φ(x), also where Φ(x) would be 0.
Tensor log_ndtr(const Tensor& x);
/// log |Γ(x)|; infinite at 0 and at negative integers.
Tensor lgamma(const Tensor& x);
/// ψ(x), the derivative of log Γ(x): ∓∞ at ±0, NaN at negative integers.
Tensor digamma(const Tensor& x);
/// The derivative of order n of ψ(x); ψ itself for n = 0. At 0 and at negative integers ∞ for odd
/// n, NaN for even n. Throws ValueError unless n lies between 0 and 100.
Tensor polygamma(Integer n, const Tensor& x);
/// exp(-|x|) I₀(x) with the modified Bessel function of the first kind. The gradient at 0 is 0.
Tensor i0e(const Tensor& x);
/// exp(-|x|) I₁(x) with the modified Bessel function of the first kind.
Tensor i1e(const Tensor& x);
/// sin(πx) / (πx), 1 at 0.
Tensor sinc(const Tensor& x);
/// log(x / (1 - x)), the inverse of `sigmoid`, for 0 ≤ x ≤ 1; infinite at both ends.
Tensor logit(const Tensor& x);
/// -x log x, 0 at 0, -∞ for x < 0.
Tensor entr(const Tensor& x);
/// x log y, but 0 where x is 0 unless y is NaN. There the gradient by x is 0, too, where y ≤ 0; the
/// one by y is NaN where both are 0.
Tensor xlogy(const Tensor& x, const Tensor& y);
/// x log(1 + y), but 0 where x is 0 unless y is NaN. There the gradient by x is 0, too, where
/// y ≤ -1; the one by y is NaN for x = 0, y = -1.
Tensor xlog1py(const Tensor& x, const Tensor& y);
/// log(eᵃ + eᵇ), without overflow. The gradient is NaN where a and b are the same infinity.
Tensor logaddexp(const Tensor& a, const Tensor& b);

/// @}

}  // namespace shikumi
