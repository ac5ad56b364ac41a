// Order: sorting, the best, quantiles, and what is counted.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// \defgroup sorting Order and counts
/// Elements in order. Orders are stable: equal elements keep theirs, whichever way it runs. NaN
/// comes last, whichever way it runs. The gradient of an element goes to the place that it came
/// from. Each throws ShapeError for an axis outside the rank, and DTypeError for a dtype that it
/// doesn't take.
/// @{

/// The elements along an axis in rising order, or `descending`. Any dtype.
Tensor sort(const Tensor& x, Integer axis = -1, Boolean descending = false);
/// The positions along an axis of the elements in rising order, or `descending`. i64, from any
/// dtype; a constant to differentiation.
Tensor argsort(const Tensor& x, Integer axis = -1, Boolean descending = false);

/// The best elements along an axis.
struct TopKResult {
    Tensor values;   ///< best first, with the dtype of the input
    Tensor indices;  ///< their positions along the axis, i64
};
/// The k largest elements along an axis, or the k smallest, best first; of equal elements the
/// first. Any dtype. Throws ValueError for a negative k, and for more than the axis has.
TopKResult topk(const Tensor& x, Integer k, Integer axis = -1, Boolean largest = true);

/// The elements of a tensor, each once.
struct UniqueResult {
    Tensor values;  ///< in rising order, NaN last; its gradient goes to the first of equal elements
    Tensor inverse;  ///< which of the values each element is: i64, with the input's shape
    Tensor counts;   ///< how often each value occurs: i64
};
/// The different elements of `x`. Any dtype; all NaN count as one value, and -0 as 0. It evaluates
/// `x` at once, since the results' shapes depend on it, so it can't be captured.
UniqueResult unique(const Tensor& x);

/// The element in the middle of the order along the axes; of an even number of them the mean of
/// both in the middle, as NumPy's. NaN where there is one. f32 or f64. Throws ShapeError where
/// there are no elements.
Tensor median(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// What lies between two elements when a quantile's position lies between theirs.
enum class QuantileMethod : std::uint8_t {
    linear,    ///< their mean, weighted by how near they are
    lower,     ///< the lower one
    higher,    ///< the higher one
    midpoint,  ///< their mean
    nearest,   ///< the nearer one; halfway, that of the even position
};
/// The element at the position q (n - 1) of the order of n elements along the axes, for q from 0
/// to 1. NaN where there is one. f32 or f64. Throws ValueError for another q, ShapeError where
/// there are no elements.
Tensor quantile(const Tensor& x, double q, const Axes& axes = {},
                QuantileMethod method = QuantileMethod::linear, Boolean keepdims = false);
/// The quantiles for several q, along a first axis of the result.
Tensor quantile(const Tensor& x, const std::vector<double>& q, const Axes& axes = {},
                QuantileMethod method = QuantileMethod::linear, Boolean keepdims = false);
/// `median` of the elements that aren't NaN; NaN where there are none.
Tensor nanmedian(const Tensor& x, const Axes& axes = {}, Boolean keepdims = false);
/// `quantile` of the elements that aren't NaN; NaN where there are none.
Tensor nanquantile(const Tensor& x, double q, const Axes& axes = {},
                   QuantileMethod method = QuantileMethod::linear, Boolean keepdims = false);

/// How often each of the numbers 0, 1, … up to the largest element occurs, and at least for
/// `minlength` of them: i64 (n). Integers from 0 on, of any shape. It evaluates `x` at once, since
/// the result's shape depends on it. Throws ValueError for a negative number or minlength,
/// DTypeError for other dtypes.
Tensor bincount(const Tensor& x, Integer minlength = 0);
/// The sum of the weights of each number: `weights` has the shape of `x`, f32 or f64, and gets
/// gradients. Throws ShapeError for another shape.
Tensor bincount(const Tensor& x, const Tensor& weights, Integer minlength = 0);
/// In which bin each element of `x` lies, for edges (n) in rising order: i, where edges[i-1] ≤ x <
/// edges[i], or, with `right`, edges[i-1] < x ≤ edges[i]. i64 of the shape of `x`, a constant to
/// differentiation; any dtype but bool, both of one. NaN lies behind the last edge.
Tensor digitize(const Tensor& x, const Tensor& edges, Boolean right = false);

/// How many elements lie in each bin.
struct HistogramResult {
    Tensor counts;  ///< i64 (n)
    Tensor edges;   ///< (n + 1): bin i reaches from edge i up to edge i + 1
};
/// The numbers of elements between edges (n + 1) in rising order, each bin without its upper edge
/// but the last, as NumPy's. Elements outside and NaN aren't counted. Any dtype but bool, both of
/// one. Throws ShapeError unless there are two edges or more.
HistogramResult histogram(const Tensor& x, const Tensor& edges);
/// The numbers of elements in equal bins from `low` to `high`, of f32 or f64. Throws ValueError for
/// less than one bin and unless low < high.
HistogramResult histogram(const Tensor& x, Integer bins, double low, double high);

/// @}

}  // namespace shikumi
