// Reading and updating by index.
#pragma once

#include <cstdint>
#include <vector>

#include <shikumi/autograd/core/scalar.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// \defgroup indexing Indexing
/// Elements at positions that are data. Indices are u8, i32 or i64, else DTypeError. Indices
/// outside the axis throw ValueError when the result is evaluated.
/// @{

/// The slices x[i] along an axis for every index i. The result has the shape of `x` with the
/// indices' shape in place of that axis, and the dtype of `x`, which may be any. Negative indices
/// count from the end. An index that occurs several times adds up its gradients.
Tensor take(const Tensor& x, const Tensor& indices, Integer axis = 0);
/// One element along an axis for every index, as NumPy's: out[i][j] = x[i][indices[i][j]] for
/// axis 1. All other axes broadcast; the result has their sizes, the indices' size along the axis,
/// and the dtype of `x`, which may be any. Negative indices count from the end. Throws ShapeError
/// where the ranks differ.
Tensor take_along_axis(const Tensor& x, const Tensor& indices, Integer axis);
/// 1 at the index and 0 elsewhere along a new last axis of size `depth`. Any dtype. Indices run
/// from 0 to depth - 1. Throws ValueError for a negative depth.
Tensor one_hot(const Tensor& indices, Integer depth, DType dtype = f32);
/// Which of two places of equal elements `searchsorted` gives.
enum class Side : std::uint8_t {
    left,   ///< before the first of them
    right,  ///< behind the last of them
};
/// Where each element of `x` belongs among the numbers (n) in rising order: how many of them are
/// below it (`left`), or not above it (`right`). NaN belongs behind all. i64 of the shape of `x`,
/// a constant to differentiation; any dtype but bool, both of one. Throws DTypeError, and
/// ShapeError unless `sorted` has one axis. The order itself isn't checked.
Tensor searchsorted(const Tensor& sorted, const Tensor& x, Side side = Side::left);

/// The positions of the elements that are true or not 0, in their order: a list of i64 for each
/// axis, which `x[…]` takes as subscripts. Any dtype. It evaluates `x` at once, since the lists'
/// length depends on it, so it can't be captured.
std::vector<Tensor> nonzero(const Tensor& x);

/// @}

/// \defgroup updates Updates by index
/// `x` with other elements where subscripts choose: a new tensor, since tensors don't change.
/// Subscripts are those of `x[…]`. The values have the dtype of `x` and broadcast to the shape of
/// `x[…]`; a number takes that dtype. A mask with one value is not evaluated at once. Each throws
/// what `x[…]` throws, DTypeError for another dtype, and ShapeError for values that don't fit.
/// @{

/// `x` with these values in the places that the subscripts choose. Of several values for one
/// element the last one stays, and gets the gradient. Any dtype.
Tensor at_set(const Tensor& x, const Subscripts& at, const Tensor& values);
/// `x` with one number in all places that the subscripts choose.
Tensor at_set(const Tensor& x, const Subscripts& at, Scalar value);
/// `x` with values added to the chosen elements, all of them where several are for one element. Any
/// dtype but bool.
Tensor at_add(const Tensor& x, const Subscripts& at, const Tensor& values);
/// `x` with a number added to the chosen elements, as often as each is chosen.
Tensor at_add(const Tensor& x, const Subscripts& at, Scalar value);
/// `x` with the chosen elements multiplied by values, by all of them where several are for one
/// element. Any dtype but bool. Zeros spoil no derivative of any order.
Tensor at_multiply(const Tensor& x, const Subscripts& at, const Tensor& values);
/// `x` with the chosen elements multiplied by a number, as often as each is chosen.
Tensor at_multiply(const Tensor& x, const Subscripts& at, Scalar value);
/// `x` with the smaller one of each chosen element and its values, or NaN where one is. Equal ones
/// share the gradient in equal parts. Any dtype but bool.
Tensor at_min(const Tensor& x, const Subscripts& at, const Tensor& values);
/// `x` with the smaller one of each chosen element and a number.
Tensor at_min(const Tensor& x, const Subscripts& at, Scalar value);
/// `x` with the larger one of each chosen element and its values, or NaN where one is. Equal ones
/// share the gradient in equal parts. Any dtype but bool.
Tensor at_max(const Tensor& x, const Subscripts& at, const Tensor& values);
/// `x` with the larger one of each chosen element and a number.
Tensor at_max(const Tensor& x, const Subscripts& at, Scalar value);

/// `x` with other elements along an axis, as PyTorch's: out[indices[i][j]][j] = values[i][j] for
/// axis 0. Indices and values have one shape, of the rank of `x` and no larger beside the axis;
/// negative indices count from the end. The last one of several values for an element stays. Any
/// dtype. Throws ShapeError for other shapes.
Tensor scatter(const Tensor& x, const Tensor& indices, const Tensor& values, Integer axis);
/// `x` with values added along an axis, as PyTorch's: out[indices[i][j]][j] += values[i][j] for
/// axis 0. Shapes are those of `scatter`; every value counts. Any dtype but bool.
Tensor scatter_add(const Tensor& x, const Tensor& indices, const Tensor& values, Integer axis);
/// `x` with other elements on the diagonal, which runs through all axes: one for each, or one for
/// all. `x` has two axes, or more of one size, else ShapeError. Any dtype.
Tensor fill_diagonal(const Tensor& x, const Tensor& values);
/// `x` with a number on the diagonal.
Tensor fill_diagonal(const Tensor& x, Scalar value);

/// @}

}  // namespace shikumi
