// Comparisons and logic, whose results are bool, and the choice by them.
#pragma once

#include <optional>

#include <shikumi/autograd/core/scalar.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// \defgroup comparison Comparison and logic
/// Operations on each element alone, whose results are bool and constants to differentiation.
/// Shapes broadcast as NumPy's do. The tensors that are compared have one dtype, which may be any;
/// a number takes the tensor's dtype. Each throws ShapeError for shapes that don't broadcast, and
/// DTypeError for mixed dtypes, for dtypes that it doesn't take, and for a number that the tensor's
/// dtype can't hold.
/// @{

/// Whether a < b; false where either is NaN.
Tensor operator<(const Tensor& a, const Tensor& b);
/// Whether a < b; the number takes the tensor's dtype.
Tensor operator<(const Tensor& a, Scalar b);
/// Whether a < b; the number takes the tensor's dtype.
Tensor operator<(Scalar a, const Tensor& b);
/// Whether a ≤ b; false where either is NaN.
Tensor operator<=(const Tensor& a, const Tensor& b);
/// Whether a ≤ b; the number takes the tensor's dtype.
Tensor operator<=(const Tensor& a, Scalar b);
/// Whether a ≤ b; the number takes the tensor's dtype.
Tensor operator<=(Scalar a, const Tensor& b);
/// Whether a > b; false where either is NaN.
Tensor operator>(const Tensor& a, const Tensor& b);
/// Whether a > b; the number takes the tensor's dtype.
Tensor operator>(const Tensor& a, Scalar b);
/// Whether a > b; the number takes the tensor's dtype.
Tensor operator>(Scalar a, const Tensor& b);
/// Whether a ≥ b; false where either is NaN.
Tensor operator>=(const Tensor& a, const Tensor& b);
/// Whether a ≥ b; the number takes the tensor's dtype.
Tensor operator>=(const Tensor& a, Scalar b);
/// Whether a ≥ b; the number takes the tensor's dtype.
Tensor operator>=(Scalar a, const Tensor& b);
/// Whether a = b, element by element; false where either is NaN.
Tensor equal(const Tensor& a, const Tensor& b);
/// Whether a = b, element by element; the number takes the tensor's dtype.
Tensor equal(const Tensor& a, Scalar b);
/// Whether a ≠ b, element by element; true where either is NaN.
Tensor not_equal(const Tensor& a, const Tensor& b);
/// Whether a ≠ b, element by element; the number takes the tensor's dtype.
Tensor not_equal(const Tensor& a, Scalar b);
/// Whether both a and b are true. bool.
Tensor logical_and(const Tensor& a, const Tensor& b);
/// Whether a, b or both are true. bool.
Tensor logical_or(const Tensor& a, const Tensor& b);
/// Whether exactly one of a and b is true. bool.
Tensor logical_xor(const Tensor& a, const Tensor& b);
/// Whether a is false. bool.
Tensor logical_not(const Tensor& a);
/// `logical_and`, `logical_or`, `logical_xor` and `logical_not`: `(x > 0) & !(x > 1)`.
/// @{
inline Tensor operator&(const Tensor& a, const Tensor& b) { return logical_and(a, b); }
inline Tensor operator|(const Tensor& a, const Tensor& b) { return logical_or(a, b); }
inline Tensor operator^(const Tensor& a, const Tensor& b) { return logical_xor(a, b); }
inline Tensor operator!(const Tensor& a) { return logical_not(a); }
/// @}
/// Whether x is NaN. f32 or f64.
Tensor(isnan)(const Tensor& x);
/// Whether x is neither infinite nor NaN. f32 or f64.
Tensor(isfinite)(const Tensor& x);
/// Whether x is ∞ or -∞. f32 or f64.
Tensor(isinf)(const Tensor& x);
/// What `nan_to_num` puts in place of numbers that aren't finite.
struct Replacements {
    double nan = 0;                                ///< of NaN
    std::optional<double> infinity = {};           ///< of ∞; absent: the dtype's largest number
    std::optional<double> negative_infinity = {};  ///< of -∞; absent: the dtype's lowest number
};
/// x with other numbers in place of NaN and infinities, whose gradient is 0. f32 or f64.
Tensor nan_to_num(const Tensor& x, const Replacements& by = {});
/// How near to b counts as close: |a - b| ≤ absolute + relative |b|.
struct Closeness {
    double relative = 1e-5;  ///< tolerance in parts of |b|
    double absolute = 1e-8;  ///< tolerance beside b = 0
    bool equal_nan = false;  ///< whether NaN is close to NaN
};
/// Whether a lies close to b, element by element: |a - b| ≤ absolute + relative |b|, or both are
/// the same infinity; integers and bool: whether they are equal. Shapes broadcast; both have one
/// dtype. Throws ValueError for a negative tolerance.
Tensor isclose(const Tensor& a, const Tensor& b, const Closeness& within = {});
/// Whether all elements of a lie close to those of b, by `isclose`, which are evaluated.
bool allclose(const Tensor& a, const Tensor& b, const Closeness& within = {});
/// a where the condition, a tensor of bool, holds, else b. a and b have one dtype, which may be
/// any. Each element's gradient goes to the one that was chosen, and the other one gets 0. A
/// function that was applied before still multiplies this 0 by its slope: the gradient of `where(x
/// > 0, sqrt(x), x)` is NaN at 0, where √x has an infinite one. Choose the argument, too: `where(x
/// > 0, sqrt(where(x > 0, x, 1)), x)`.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
/// a where the condition holds, else b; the number takes the tensor's dtype.
Tensor where(const Tensor& condition, const Tensor& a, Scalar b);
/// a where the condition holds, else b; the number takes the tensor's dtype.
Tensor where(const Tensor& condition, Scalar a, const Tensor& b);
/// The number a where the condition holds, else b, as a dtype. Throws as `scalar` does where the
/// dtype can't hold them.
Tensor where(const Tensor& condition, Scalar a, Scalar b, DType dtype = f32);

/// @}

}  // namespace shikumi
