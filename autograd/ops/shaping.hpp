// Operations that move elements and compute nothing.
#pragma once

#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/scalar.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

namespace detail {
std::vector<Index> equal_sizes(const Tensor& x, Index parts, Index axis);  // of `split`
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
/// `x` with {before, after} elements of `value` added along each axis. The number takes the
/// tensor's dtype; DTypeError where that can't hold it.
Tensor pad(const Tensor& x, const std::vector<std::pair<Index, Index>>& widths, Scalar value = 0);
/// `x` repeated as a whole, `repeats[i]` times along axis i, as NumPy's: the last number belongs to
/// the last axis, and further numbers add axes in front.
Tensor tile(const Tensor& x, const std::vector<Index>& repeats);
/// Every element along an axis `count` times in a row.
Tensor repeat(const Tensor& x, Integer count, Integer axis);
/// `x` as a constant to differentiation.
Tensor stop_gradient(const Tensor& x);
/// `x` as a new node of the graph, with respect to which one can differentiate.
Tensor identity(const Tensor& x);

/// @}

}  // namespace shikumi
