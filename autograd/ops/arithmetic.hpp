// Sums, products, powers, extremes.
#pragma once

#include <shikumi/autograd/core/scalar.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// \defgroup arithmetic Arithmetic
/// Operations on each element alone. Shapes broadcast as NumPy's do. All tensors have one dtype,
/// which is the result's; a number takes the tensor's dtype. Each throws ShapeError for shapes that
/// don't broadcast, and DTypeError for mixed dtypes, for dtypes that it doesn't take, and for a
/// number that the tensor's dtype can't hold.
///
/// Denormal numbers, below 1.2e-38 in f32 and 2.2e-308 in f64, count as 0 in every operation that
/// computes, here and elsewhere. Operations that only choose or move elements, such as maximum,
/// where and reshape, hand them on as they are.
/// @{

/// a + b. Any dtype but bool; integers wrap around.
Tensor operator+(const Tensor& a, const Tensor& b);
/// a + b; the number takes the tensor's dtype.
Tensor operator+(const Tensor& a, Scalar b);
/// a + b; the number takes the tensor's dtype.
Tensor operator+(Scalar a, const Tensor& b);
/// a - b. Any dtype but bool; integers wrap around.
Tensor operator-(const Tensor& a, const Tensor& b);
/// a - b; the number takes the tensor's dtype.
Tensor operator-(const Tensor& a, Scalar b);
/// a - b; the number takes the tensor's dtype.
Tensor operator-(Scalar a, const Tensor& b);
/// -x. Any dtype but bool; integers wrap around.
Tensor operator-(const Tensor& x);
/// a b. Any dtype but bool; integers wrap around.
Tensor operator*(const Tensor& a, const Tensor& b);
/// a b; the number takes the tensor's dtype.
Tensor operator*(const Tensor& a, Scalar b);
/// a b; the number takes the tensor's dtype.
Tensor operator*(Scalar a, const Tensor& b);
/// a / b. f32 or f64: integers have no exact quotient and must be cast first.
Tensor operator/(const Tensor& a, const Tensor& b);
/// a / b; the number takes the tensor's dtype.
Tensor operator/(const Tensor& a, Scalar b);
/// a / b; the number takes the tensor's dtype.
Tensor operator/(Scalar a, const Tensor& b);
/// a = a + b, and so on: `a` refers to the new value. Other handles on its old value keep that one,
/// and a graph recorded with it stays as it is. Throws what the operation throws; `a` stays then.
/// @{
inline Tensor& operator+=(Tensor& a, const Tensor& b) { return a = a + b; }
inline Tensor& operator+=(Tensor& a, Scalar b) { return a = a + b; }
inline Tensor& operator-=(Tensor& a, const Tensor& b) { return a = a - b; }
inline Tensor& operator-=(Tensor& a, Scalar b) { return a = a - b; }
inline Tensor& operator*=(Tensor& a, const Tensor& b) { return a = a * b; }
inline Tensor& operator*=(Tensor& a, Scalar b) { return a = a * b; }
inline Tensor& operator/=(Tensor& a, const Tensor& b) { return a = a / b; }
inline Tensor& operator/=(Tensor& a, Scalar b) { return a = a / b; }
/// @}
/// ⌊a / b⌋, of the exact quotient. Any dtype but bool; of integers 0 where b is 0, and the
/// quotient wraps around. The gradient is 0 everywhere.
Tensor floor_divide(const Tensor& a, const Tensor& b);
/// ⌊a / b⌋; the number takes the tensor's dtype.
Tensor floor_divide(const Tensor& a, Scalar b);
/// a - b ⌊a / b⌋, which has the sign of b, as NumPy's and Python's. Any dtype but bool; of integers
/// 0 where b is 0, else NaN. The gradient by b is -⌊a / b⌋ of the exact quotient.
Tensor remainder(const Tensor& a, const Tensor& b);
/// a - b ⌊a / b⌋; the number takes the tensor's dtype.
Tensor remainder(const Tensor& a, Scalar b);
/// What is left of a after b times the quotient without its fraction, with the sign of a, as C's.
/// Any dtype but bool; of integers 0 where b is 0, else NaN. The gradient by b is minus that exact
/// quotient.
Tensor fmod(const Tensor& a, const Tensor& b);
/// What is left of a after b times the quotient; the number takes the tensor's dtype.
Tensor fmod(const Tensor& a, Scalar b);
/// x². Any dtype but bool; integers wrap around.
Tensor square(const Tensor& x);
/// 1 / x. f32 or f64.
Tensor reciprocal(const Tensor& x);
/// aᵇ. f32 or f64; NaN for a negative base with a fractional exponent. The gradient by a is 0 where
/// b is 0, and the gradient by b is 0 where a is 0 and b ≥ 0.
Tensor pow(const Tensor& a, const Tensor& b);
/// aᵇ; the number takes the tensor's dtype. `square(a)` for the exponent 2. Integers, which wrap
/// around, have powers of whole exponents from 0 on; a negative one throws ValueError.
Tensor pow(const Tensor& a, Scalar b);
/// aᵇ; the number takes the tensor's dtype.
Tensor pow(Scalar a, const Tensor& b);
/// The larger of a and b, or NaN where either is NaN. Any dtype but bool. Where both are equal,
/// each gets half the gradient.
Tensor maximum(const Tensor& a, const Tensor& b);
/// The larger of a and b; the number takes the tensor's dtype.
Tensor maximum(const Tensor& a, Scalar b);
/// The larger of a and b; the number takes the tensor's dtype.
Tensor maximum(Scalar a, const Tensor& b);
/// The smaller of a and b, or NaN where either is NaN. Any dtype but bool. Where both are equal,
/// each gets half the gradient.
Tensor minimum(const Tensor& a, const Tensor& b);
/// The smaller of a and b; the number takes the tensor's dtype.
Tensor minimum(const Tensor& a, Scalar b);
/// The smaller of a and b; the number takes the tensor's dtype.
Tensor minimum(Scalar a, const Tensor& b);
/// min(max(x, low), high); NaN stays NaN. Any dtype but bool. The gradient is 1 where
/// low ≤ x ≤ high, else 0. Throws ValueError where low > high.
Tensor clip(const Tensor& x, Scalar low, Scalar high);
/// min(max(x, low), high) with limits for each element, which broadcast: `high` where low > high,
/// NaN where a limit is NaN. A limit that is taken gets the gradient.
Tensor clip(const Tensor& x, const Tensor& low, const Tensor& high);
/// min(max(x, low), high); the number takes the tensor's dtype.
Tensor clip(const Tensor& x, const Tensor& low, Scalar high);
/// min(max(x, low), high); the number takes the tensor's dtype.
Tensor clip(const Tensor& x, Scalar low, const Tensor& high);
/// Linear interpolation a + (b - a) t: exactly a where t is 0 and b where t is 1, from the nearer
/// end between them. Where b - a is not finite, it is a (1 - t) + b t. f32 or f64.
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& t);
/// a + (b - a) t; the number takes the tensors' dtype.
Tensor lerp(const Tensor& a, const Tensor& b, Scalar t);

/// @}

}  // namespace shikumi
