// Tensors from numbers.
#pragma once

#include <initializer_list>
#include <iterator>
#include <optional>
#include <span>

#include <shikumi/autograd/core/scalar.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// A contiguous range of numbers of one of the dtypes, such as std::vector<float>.
template <class R>
concept ElementRange = requires(const R& range) {
    requires Element<typename decltype(std::span(range))::value_type>;
};

/// The numbers in the braces: `tensor({{1, 2}, {3, 4}})` has shape (2, 2). Any dtype. Throws
/// ShapeError for ragged braces, ValueError for a number outside the dtype's range, DTypeError for
/// a fraction where the dtype holds integers.
Tensor tensor(std::initializer_list<Nested> values, DType dtype = f32);
/// A copy of the elements of a contiguous range under a shape; the range's element type gives the
/// dtype. (`std::vector<bool>` is not contiguous.) Throws ShapeError where the shape has another
/// number of elements.
template <ElementRange R>
Tensor tensor(const R& values, const Shape& shape) {
    const auto elements = std::span(values);
    using T = typename decltype(elements)::value_type;
    return Tensor(Array::of(std::span<const T>(elements), shape));
}
/// A copy of the n elements of a contiguous range, of shape (n); the range's element type gives the
/// dtype.
template <ElementRange R>
Tensor tensor(const R& values) {
    return tensor(values, Shape{static_cast<Index>(std::size(values))});
}
/// One number, of shape (). Any dtype. Throws ValueError for a number outside the dtype's range,
/// DTypeError for a fraction where the dtype holds integers.
Tensor scalar(Scalar value, DType dtype = f32);
/// Zeros under a shape. Any dtype.
Tensor zeros(const Shape& shape, DType dtype = f32);
/// Ones under a shape. Any dtype.
Tensor ones(const Shape& shape, DType dtype = f32);
/// The number `value` for every element of a shape. Any dtype. Throws ValueError for a number
/// outside the dtype's range, DTypeError for a fraction where the dtype holds integers.
Tensor full(const Shape& shape, Scalar value, DType dtype = f32);
/// Zeros of the shape and dtype of `x`.
Tensor zeros_like(const Tensor& x);
/// Ones of the shape and dtype of `x`.
Tensor ones_like(const Tensor& x);
/// The number `value` for every element of the shape and dtype of `x`. Throws what `full` does.
Tensor full_like(const Tensor& x, Scalar value);
/// The matrix (n, m) with ones on the diagonal and zeros elsewhere; m = n where it is absent. Any
/// dtype.
Tensor eye(Integer n, std::optional<Integer> m = {}, DType dtype = f32);
/// 0, 1, … below `stop`: i64 where `stop` is an integer, else f32.
Tensor arange(Scalar stop);
/// start, start + step, … up to but not including `stop`: i64 where all three are integers, else
/// f32. Empty where the step leads away from `stop`. Throws ValueError for a step of 0 or more than
/// 2⁴⁰ elements.
Tensor arange(Scalar start, Scalar stop, Scalar step = 1);
/// start, start + step, … up to but not including `stop`, as a dtype. Throws ValueError for a step
/// of 0, more than 2⁴⁰ elements, or an element outside the dtype's range; DTypeError for a fraction
/// where the dtype holds integers.
Tensor arange(Scalar start, Scalar stop, Scalar step, DType dtype);
/// `count` evenly spaced numbers from `start` to `stop`, both included. f32 or f64, else
/// DTypeError. Throws ValueError for a negative count.
Tensor linspace(double start, double stop, Integer count, DType dtype = f32);

}  // namespace shikumi
