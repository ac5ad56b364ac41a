// Reading by index.
#pragma once

#include <cstdint>

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

/// @}

}  // namespace shikumi
