// Triangles of matrices: solutions, and Cholesky's factor.
#pragma once

#include <string_view>

#include <shikumi/autograd/kernels/detail/lapack.hpp>
#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

using detail::Triangular;

/// out = t⁻¹·b for the triangles of t (…, n, n) and b (…, n, k), whose batch axes broadcast. Throws
/// ValueError naming `op` and the matrix where a number of the diagonal is not above `smallest`
/// times the largest one.
void solve_triangular(std::string_view op, ConstView t, const Triangular& form, double smallest,
                      ConstView b, View out);

/// out = the lower triangle L, with zeros above, of a = L·Lᵀ (…, n, n), of which the lower triangle
/// is read. Throws ValueError naming `op` and the matrix where it is not positive definite.
void cholesky(std::string_view op, ConstView a, View out);

/// out = x (…, m, n) on and below the diagonal number `offset` (above the main one for a positive
/// number), or on and above it, and zeros elsewhere. Any dtype.
void triangle(ConstView x, bool lower, Index offset, View out);

}  // namespace shikumi::kernels
