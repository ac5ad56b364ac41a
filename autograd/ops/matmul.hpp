// The matrix product, and sums of products over axes that letters name.
#pragma once

#include <string_view>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

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

}  // namespace shikumi
