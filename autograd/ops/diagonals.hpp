// Diagonals and triangles of matrices.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// \defgroup diagonals Diagonals and triangles
/// Diagonals are counted from the main one: those above it have positive numbers, those below it
/// negative ones, and one outside the matrix is empty. Any dtype, which the result keeps. Each
/// throws ShapeError for too few axes.
/// @{

/// The elements whose positions on two axes differ by `offset`, as NumPy's: these axes go, and the
/// diagonal is the new last one. Throws ShapeError for one axis given twice.
Tensor diagonal(const Tensor& x, Integer offset = 0, Integer axis1 = 0, Integer axis2 = 1);
/// The sum of `diagonal`: integers and bool add up in i64.
Tensor trace(const Tensor& x, Integer offset = 0, Integer axis1 = 0, Integer axis2 = 1);
/// Of a vector the square matrix with it on a diagonal and zeros elsewhere; of a matrix its
/// diagonal.
Tensor diag(const Tensor& x, Integer offset = 0);
/// The matrices of the last two axes with zeros above a diagonal.
Tensor tril(const Tensor& x, Integer offset = 0);
/// The matrices of the last two axes with zeros below a diagonal.
Tensor triu(const Tensor& x, Integer offset = 0);

/// @}

}  // namespace shikumi
