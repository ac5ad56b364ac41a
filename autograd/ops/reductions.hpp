// Reductions over any axes.
#pragma once

#include <optional>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// \defgroup reductions Reductions
/// One number for all elements along some axes, by default along all of them. With `keepdims` the
/// reduced axes stay with size 1, else they go. Each throws ShapeError for an axis outside the rank
/// or named twice, and DTypeError for a dtype that it doesn't take. Axes are integers and
/// `keepdims` is a bool: one in the place of the other does not compile. Sums take denormal numbers
/// for 0; max and min hand them on as they are.
/// @{

/// The sum; 0 of nothing. f32 and f64 keep their dtype; integers and bool add up in i64, which
/// wraps around.
Tensor sum(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The arithmetic mean; NaN of nothing. f32 or f64.
Tensor mean(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The product, in the order of the elements; 1 of nothing. f32 and f64 keep their dtype; integers
/// and bool multiply in i64, which wraps around. Zeros among the factors spoil no derivative of any
/// order.
Tensor prod(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The largest element, or NaN where there is one. Any dtype. Equal largest elements share the
/// gradient in equal parts. Throws ShapeError where there are no elements to choose from.
Tensor(max)(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The smallest element, or NaN where there is one. Any dtype. Equal smallest elements share the
/// gradient in equal parts. Throws ShapeError where there are no elements to choose from.
Tensor(min)(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The position of the first largest element along an axis, or in the flattened tensor where no
/// axis is given. i64, from any dtype; NaN counts as largest. Throws ShapeError for an empty axis.
Tensor argmax(const Tensor& x, std::optional<Integer> axis = {}, Boolean keepdims = false);
/// The position of the first smallest element along an axis, or in the flattened tensor where no
/// axis is given. i64, from any dtype; NaN counts as smallest. Throws ShapeError for an empty axis.
Tensor argmin(const Tensor& x, std::optional<Integer> axis = {}, Boolean keepdims = false);
/// The variance Σ (x - mean)² / (n - ddof) of n elements. f32 or f64; not finite where n ≤ ddof.
Tensor var(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false, Integer ddof = 0);
/// The standard deviation, √var. f32 or f64. The gradient is 0 where the deviation is 0. After
/// `using namespace shikumi` it is written shikumi::std, since the standard library has that name
/// too.
Tensor std(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false, Integer ddof = 0);
/// log Σ eˣ, without overflow; -∞ of nothing and of nothing but -∞, with the gradient 0. f32 or
/// f64.
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The Euclidean norm √Σ x² over axes in braces, whose squares neither over- nor underflow. f32 or
/// f64. The gradient is 0 where the norm is 0.
Tensor norm(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// Refused, since elsewhere a number here is the order of the norm: write `norm(x, {1})` for the
/// lengths along axis 1, and `sum(abs(x))` for the 1-norm.
template <class Number, class... Rest>
requires std::is_arithmetic_v<Number> Tensor norm(const Tensor& x, Number order, Rest... rest)
= delete;
/// The number of elements other than 0, among which NaN is; i64. Any dtype.
Tensor count_nonzero(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// Whether any element is true; false of nothing. bool, and a constant to differentiation.
Tensor any(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// Whether all elements are true; true of nothing. bool, and a constant to differentiation.
Tensor all(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);

/// @}

}  // namespace shikumi
