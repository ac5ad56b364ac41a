// Operations that move elements and compute nothing.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/scalar.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

namespace detail {
std::vector<Index> equal_sizes(const Tensor& x, Index parts, Index axis);  // of `split`
Tensor repeated(const Tensor& x, Index count, std::optional<Index> axis);  // of `repeat`
}  // namespace detail

/// \defgroup shaping Shapes, joining and cutting
/// Elements under another shape, in another order, or only some of them. All take any dtype, which
/// the result keeps. Negative axes count from the end. Each throws ShapeError for an axis outside
/// the rank and for sizes that don't fit.
/// @{

/// The elements of `x` in their order under other sizes, one of which may be -1: it is worked out
/// from the number of elements.
Tensor reshape(const Tensor& x, std::span<const Index> sizes);
/// The elements of `x` in their order under other sizes, one of which may be -1.
Tensor reshape(const Tensor& x, std::initializer_list<Index> sizes);
/// The elements of `x` in their order under another shape.
Tensor reshape(const Tensor& x, const Shape& shape);
/// The n elements of `x` in their order, of shape (n).
Tensor flatten(const Tensor& x);
/// `x` without the given axes, which must have size 1; by default without every axis of size 1.
Tensor squeeze(const Tensor& x, const Axes& axes = {});
/// `x` with a new axis of size 1, which is axis `axis` of the result.
Tensor expand_dims(const Tensor& x, Integer axis);
/// `x` with its axes in reverse order.
Tensor transpose(const Tensor& x);
/// `x` with its axes permuted: axis i of the result is axis `axes[i]` of `x`. Every axis must be
/// named once.
Tensor transpose(const Tensor& x, std::span<const int> axes);
/// `x` with its axes permuted: axis i of the result is axis `axes[i]` of `x`.
Tensor transpose(const Tensor& x, std::initializer_list<int> axes);
/// `x` repeated along the axes that it lacks or has with size 1, up to `shape`, by NumPy's rules.
Tensor broadcast_to(const Tensor& x, const Shape& shape);
/// The parts one after another along an axis; their other sizes and their dtype must agree, else
/// ShapeError or DTypeError. Throws ShapeError for no parts.
Tensor concatenate(const std::vector<Tensor>& parts, Integer axis = 0);
/// The parts side by side along a new axis, which is axis `axis` of the result; their shapes and
/// their dtype must agree, else ShapeError or DTypeError. Throws ShapeError for no parts.
Tensor stack(const std::vector<Tensor>& parts, Integer axis = 0);
/// `x` cut along an axis into parts of these sizes, which stand in braces: `split(x, {3})` is one
/// part of 3 elements. Throws ShapeError unless they add up to the axis's size.
std::vector<Tensor> split(const Tensor& x, const std::vector<Index>& sizes, Integer axis = 0);
/// `x` cut along an axis into so many equal parts. Throws ShapeError unless their number divides
/// the axis.
template <IntegerType T>
std::vector<Tensor> split(const Tensor& x, T parts, Integer axis = 0) {
    return split(x, detail::equal_sizes(x, Integer(parts), axis), axis);
}
/// The elements in one range for each of the first axes; the remaining axes stay whole. Throws
/// ValueError for a step of 0.
Tensor slice(const Tensor& x, const std::vector<Slice>& ranges);
/// The elements in a range along one axis. Throws ValueError for a step of 0.
Tensor slice(const Tensor& x, Integer axis, const Slice& range);
/// The elements in reverse order along the given axes, by default along all of them.
Tensor flip(const Tensor& x, const Axes& axes = {});
/// `x` with {before, after} elements of `value` added along each axis; negative numbers cut
/// elements off. The number takes the tensor's dtype; DTypeError where that can't hold it.
Tensor pad(const Tensor& x, const std::vector<std::pair<Index, Index>>& widths, Scalar value = 0);
/// `x` with {before, after} of its own elements added along each axis, by NumPy's modes. What is
/// wider than the axis goes on reflecting or wrapping. Throws ShapeError for negative widths,
/// unless the mode is `constant`, and for an axis without elements to repeat.
Tensor pad(const Tensor& x, const std::vector<std::pair<Index, Index>>& widths, PadMode mode);
/// `x` repeated as a whole, `repeats[i]` times along axis i, as NumPy's: the last number belongs to
/// the last axis, and further numbers add axes in front.
Tensor tile(const Tensor& x, const std::vector<Index>& repeats);
/// Every element along an axis, or of the flattened tensor, `count` times in a row. Throws
/// ShapeError for a negative number.
template <IntegerType T>
Tensor repeat(const Tensor& x, T count, std::optional<Integer> axis = {}) {
    return detail::repeated(x, Integer(count), axis);
}
/// Each element along an axis, or of the flattened tensor, as often as its own number says. Throws
/// ShapeError for a negative number, and unless there is one for each element.
Tensor repeat(const Tensor& x, const std::vector<Index>& counts, std::optional<Integer> axis = {});
/// The elements moved `shifts` places along the axes, one for each or one for all; those that leave
/// at one end come in at the other. Without axes, of the flattened tensor. Throws ShapeError for
/// another number of shifts.
Tensor roll(const Tensor& x, const PerAxis& shifts, const Axes& axes = {});
/// `x` with some axes moved to other places; the others keep their order. Throws ShapeError for an
/// axis or a place named twice, and unless there are as many of both.
Tensor moveaxis(const Tensor& x, const Axes& source, const Axes& destination);
/// `x` with two axes in each other's place.
Tensor swapaxes(const Tensor& x, Integer axis1, Integer axis2);
/// `x` turned `k` times by 90° from axis `first` towards axis `second`. Throws ShapeError for one
/// axis twice.
Tensor rot90(const Tensor& x, Integer k = 1, Integer first = 0, Integer second = 1);
/// Coordinates for each point of a grid: the lists (n) and (m) become two tensors (m, n), or (n, m)
/// with `ij`; more lists add axes. Throws ShapeError unless each has one axis or none.
std::vector<Tensor> meshgrid(const std::vector<Tensor>& lists, Indexing indexing = Indexing::xy);
/// The parts joined along the second axis, lists along their only one. Throws ShapeError and
/// DTypeError as `concatenate` does.
Tensor hstack(const std::vector<Tensor>& parts);
/// The parts joined along the first axis, lists as rows. Throws ShapeError and DTypeError as
/// `concatenate` does.
Tensor vstack(const std::vector<Tensor>& parts);
/// The parts joined along the third axis: a list (n) counts as (1, n, 1), a matrix (m, n) as (m, n,
/// 1). Throws ShapeError and DTypeError as `concatenate` does.
Tensor dstack(const std::vector<Tensor>& parts);
/// The parts joined along the second axis, lists as columns. Throws ShapeError and DTypeError as
/// `concatenate` does.
Tensor column_stack(const std::vector<Tensor>& parts);
/// The differences x[i+1] - x[i] along an axis, taken `n` times; empty where n reaches its size.
/// Any dtype but bool, else DTypeError. Throws ValueError for a negative n.
Tensor diff(const Tensor& x, Integer n = 1, Integer axis = -1);
/// The windows of `size` elements along an axis, one every `step` elements: the axis counts the
/// windows, and a new last one the elements in each, as PyTorch's `unfold`. Throws ShapeError where
/// no window fits, ValueError for a size or step below 1.
Tensor sliding_window(const Tensor& x, Integer size, Integer axis = -1, Integer step = 1);
/// The powers x^(columns-1), …, x, 1 of each element of x (n), or `increasing` 1, x, …: (n,
/// columns), or (n, n). Any dtype but bool, else DTypeError. Throws ShapeError for other ranks,
/// ValueError for negative columns.
Tensor vander(const Tensor& x, std::optional<Integer> columns = {}, Boolean increasing = false);
/// `x` as a constant to differentiation.
Tensor stop_gradient(const Tensor& x);
/// `x` as a new node of the graph, with respect to which one can differentiate.
Tensor identity(const Tensor& x);

/// @}

}  // namespace shikumi
