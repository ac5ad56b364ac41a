// The matrix product, and sums of products over axes that letters name.
#pragma once

#include <string_view>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi {

/// The matrix product over the last two axes, as NumPy's: (…, m, k) by (…, k, n) gives (…, m, n),
/// and the axes in front broadcast. A vector on the left is a row, one on the right is a column;
/// its axis does not appear in the result. f32, f64, i32 or i64, both of one dtype; integers wrap
/// around. Throws DTypeError for other dtypes, ShapeError for a scalar or sizes that don't fit.
Tensor matmul(const Tensor& a, const Tensor& b);

/// Sums of products by Einstein's convention, as NumPy's: in "abc,cd->abd" a letter names an axis
/// of each tensor that has it, and letters that the output lacks are summed over. A letter twice in
/// one tensor is the diagonal of both axes. An ellipsis stands for any further axes, which
/// broadcast. Without "->" the output has the letters that occur once, in alphabetical order.
/// Tensors are multiplied from left to right. f32, f64, i32 or i64, all of one dtype. Throws
/// ValueError for an equation that can't be read, a letter twice in the output included; ShapeError
/// for another number of tensors and for axes that don't fit; DTypeError.
Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands);

/// \defgroup products Further products
/// Sums of products over some axes, by NumPy's rules. f32, f64, i32 or i64, all of one dtype,
/// unless a function says otherwise. Each throws DTypeError for other dtypes and ShapeError for
/// sizes that don't fit.
/// @{

/// Every element of `a` times every element of `b`, both flattened: (m) by (n) gives (m, n). Any
/// dtype but bool.
Tensor outer(const Tensor& a, const Tensor& b);
/// The sum over the last axis of `a` and the last but one of `b`, or its only one: of two vectors a
/// number, of two matrices their product. With a number it is the product by that.
Tensor dot(const Tensor& a, const Tensor& b);
/// The sum over the last `axes` axes of `a` and the first of `b`; 0 is the product of each with
/// each.
Tensor tensordot(const Tensor& a, const Tensor& b, Integer axes = 2);
/// The sum over the axes `axes_a` of `a` and, in the same order, `axes_b` of `b`. The result has
/// the other axes of `a`, then those of `b`.
Tensor tensordot(const Tensor& a, const Tensor& b, const std::vector<Integer>& axes_a,
                 const std::vector<Integer>& axes_b);
/// Kronecker's product: `a` with each element replaced by its product with `b`. Any dtype but bool;
/// at most four axes.
Tensor kron(const Tensor& a, const Tensor& b);
/// The cross product of vectors of three numbers along an axis; the other axes broadcast. Any dtype
/// but bool.
Tensor cross(const Tensor& a, const Tensor& b, Integer axis = -1);
/// The product of two matrices or more in the order that takes the fewest multiplications. The
/// first may be a vector as a row, the last one as a column; their axes do not appear in the
/// result.
Tensor multi_dot(const std::vector<Tensor>& factors);

/// @}

}  // namespace shikumi
