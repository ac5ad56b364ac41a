// Mathematical functions of one number, and a few of two.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// \defgroup math Mathematical functions
/// Functions of each element alone; the result has the shape and dtype of `x`. NaN gives NaN, and
/// so does a number outside the function's domain. Each takes f32 and f64 and throws DTypeError for
/// any other dtype, unless it says otherwise.
/// @{

/// eˣ.
Tensor exp(const Tensor& x);
/// 2ˣ.
Tensor exp2(const Tensor& x);
/// eˣ - 1, accurate near 0.
Tensor expm1(const Tensor& x);
/// The natural logarithm of x; -∞ at 0.
Tensor log(const Tensor& x);
/// log(1 + x), accurate near 0.
Tensor log1p(const Tensor& x);
/// The logarithm of x to the base 2; -∞ at 0.
Tensor log2(const Tensor& x);
/// The logarithm of x to the base 10; -∞ at 0.
Tensor log10(const Tensor& x);
/// √x. The gradient is infinite at 0.
Tensor sqrt(const Tensor& x);
/// 1 / √x; ∞ at 0.
Tensor rsqrt(const Tensor& x);
/// The cube root of x, negative for a negative x. The gradient is infinite at 0.
Tensor cbrt(const Tensor& x);
/// √(a² + b²), without squares that overflow or underflow; ∞ where either is infinite. Shapes
/// broadcast; both have one dtype. The gradient is 0 at the origin, as that of `norm`.
Tensor hypot(const Tensor& a, const Tensor& b);
/// aᵇ in f64, of any dtype but bool, so that integers have negative powers, too. Shapes broadcast;
/// both have one dtype.
Tensor float_power(const Tensor& a, const Tensor& b);
/// |x|. Any dtype but bool; the least integer stays as it is, since its absolute value has no
/// representation. The gradient is 0 at 0.
Tensor abs(const Tensor& x);
/// 1 for positive numbers, -1 for negative ones, 0 for 0. Any dtype but bool. The gradient is 0
/// everywhere.
Tensor sign(const Tensor& x);
/// ⌊x⌋, the largest integer not above x. The gradient is 0 everywhere.
Tensor floor(const Tensor& x);
/// ⌈x⌉, the smallest integer not below x. The gradient is 0 everywhere.
Tensor ceil(const Tensor& x);
/// The nearest integer; halves go to the even one, as in NumPy. The gradient is 0 everywhere.
Tensor round(const Tensor& x);
/// x without its fraction. The gradient is 0 everywhere.
Tensor trunc(const Tensor& x);
/// |x| with the sign of y, which -0 has, too. Shapes broadcast; both have one dtype. The gradient
/// by x is 0 at 0, as that of `abs`, and the one by y is 0 everywhere.
Tensor copysign(const Tensor& x, const Tensor& y);
/// 0 for x < 0, 1 for x > 0, `at_zero` for 0. Shapes broadcast; both have one dtype. The gradient
/// by x is 0 everywhere.
Tensor heaviside(const Tensor& x, const Tensor& at_zero);
/// x degrees as radians, x π / 180.
Tensor deg2rad(const Tensor& x);
/// x radians as degrees, 180 x / π.
Tensor rad2deg(const Tensor& x);
/// The sine of x radians.
Tensor sin(const Tensor& x);
/// The cosine of x radians.
Tensor cos(const Tensor& x);
/// The tangent of x radians.
Tensor tan(const Tensor& x);
/// The angle in [-π/2, π/2] whose sine is x, for |x| ≤ 1.
Tensor asin(const Tensor& x);
/// The angle in [0, π] whose cosine is x, for |x| ≤ 1.
Tensor acos(const Tensor& x);
/// The angle in (-π/2, π/2) whose tangent is x.
Tensor atan(const Tensor& x);
/// The angle in [-π, π] of the point (x, y), counted from the positive x axis. Shapes broadcast;
/// both have one dtype. The gradient is NaN at the origin.
Tensor atan2(const Tensor& y, const Tensor& x);
/// The hyperbolic sine (eˣ - e⁻ˣ) / 2.
Tensor sinh(const Tensor& x);
/// The hyperbolic cosine (eˣ + e⁻ˣ) / 2.
Tensor cosh(const Tensor& x);
/// The hyperbolic tangent (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ).
Tensor tanh(const Tensor& x);
/// The inverse hyperbolic sine log(x + √(x² + 1)).
Tensor asinh(const Tensor& x);
/// The inverse hyperbolic cosine log(x + √(x² - 1)), for x ≥ 1.
Tensor acosh(const Tensor& x);
/// The inverse hyperbolic tangent ½ log((1 + x) / (1 - x)), for |x| ≤ 1; infinite at ±1.
Tensor atanh(const Tensor& x);
/// The error function 2/√π ∫₀ˣ exp(-t²) dt.
Tensor erf(const Tensor& x);

/// @}

}  // namespace shikumi
