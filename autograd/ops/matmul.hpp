// The matrix product.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// The matrix product over the last two axes, as NumPy's: (…, m, k) by (…, k, n) gives (…, m, n),
/// and the axes in front broadcast. A vector on the left is a row, one on the right is a column;
/// its axis does not appear in the result. f32, f64, i32 or i64, both of one dtype; integers wrap
/// around. Throws DTypeError for other dtypes, ShapeError for a scalar or sizes that don't fit.
Tensor matmul(const Tensor& a, const Tensor& b);

}  // namespace shikumi
