// Statistics, norms of every order, and reductions that leave NaN out.
#pragma once

#include <optional>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// \defgroup statistics Statistics and norms
/// Axes, `keepdims` and errors are those of the reductions. All take f32 and f64, unless it says
/// otherwise, and throw DTypeError for any other dtype.
/// @{

/// The sum of the elements that aren't NaN; 0 of none.
Tensor nansum(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The product of the elements that aren't NaN; 1 of none.
Tensor nanprod(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The mean of the elements that aren't NaN; NaN of none.
Tensor nanmean(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The variance Σ (x - mean)² / (n - ddof) of the n elements that aren't NaN; not finite where n ≤
/// ddof.
Tensor nanvar(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false, Integer ddof = 0);
/// √nanvar. The gradient is 0 where the deviation is 0.
Tensor nanstd(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false, Integer ddof = 0);
/// The largest element that isn't NaN; NaN where there is none. Equal largest elements share the
/// gradient in equal parts. Throws ShapeError where there are no elements at all.
Tensor nanmax(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The smallest element that isn't NaN; NaN where there is none. Equal smallest elements share the
/// gradient in equal parts. Throws ShapeError where there are no elements at all.
Tensor nanmin(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The position of the first largest element that isn't NaN along an axis, or in the flattened
/// tensor where no axis is given; 0 where all are NaN. i64. Throws ShapeError for an empty axis.
Tensor nanargmax(const Tensor& x, std::optional<Integer> axis = {}, Boolean keepdims = false);
/// The position of the first smallest element that isn't NaN along an axis, or in the flattened
/// tensor where no axis is given; 0 where all are NaN. i64. Throws ShapeError for an empty axis.
Tensor nanargmin(const Tensor& x, std::optional<Integer> axis = {}, Boolean keepdims = false);

/// The range of the values, max - min ("peak to peak"). Any dtype but bool.
Tensor ptp(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// The mean weighted by `weights`, Σ w x / Σ w, over all elements; the weights have the shape of
/// `x`. Weights whose sum is 0 give NaN or infinities. Throws ShapeError for other shapes.
Tensor average(const Tensor& x, const Tensor& weights);
/// The weighted mean along an axis; the weights have the shape of `x`, or are one for each element
/// of the axis.
Tensor average(const Tensor& x, const Tensor& weights, Integer axis, Boolean keepdims = false);
/// The covariances of the rows of (m, n), of n observations each: (m, m), divided by n - ddof.
Tensor cov(const Tensor& x, Integer ddof = 1);
/// The correlation coefficients of the rows of (m, n): (m, m). NaN for a row of equal elements.
Tensor corrcoef(const Tensor& x);
/// The integral by the trapezoidal rule, of values `dx` apart along an axis.
Tensor trapezoid(const Tensor& y, double dx = 1, Integer axis = -1);
/// The integral by the trapezoidal rule, of values at the places `x` along an axis: one for each,
/// or in the shape of `y`. Throws ShapeError for other shapes.
Tensor trapezoid(const Tensor& y, const Tensor& x, Integer axis = -1);
/// The piecewise linear function through the points (xp, fp), each (n), at the places `x`; the
/// first or the last value outside. `xp` has rising order, which isn't checked. At a point the
/// derivative is that of the piece on its right, and 0 outside. Throws ShapeError for no points and
/// for lists of different lengths.
Tensor interp(const Tensor& x, const Tensor& xp, const Tensor& fp);

/// The norm (Σ |x|^p)^(1/p) of vectors for any p = `order`, without over- or underflow on the way;
/// the largest |x| for p = ∞, the smallest for -∞, the number of elements other than 0 for 0. An
/// element 0 has the derivative 0, and gets 0 where the norm is 0; equal largest elements share.
/// Throws ValueError for NaN as p, and ShapeError for ∞ and -∞ of no elements.
Tensor vector_norm(const Tensor& x, double order = 2, const Axes& axes = {},
                   Boolean keepdims = false);

/// @}

}  // namespace shikumi
