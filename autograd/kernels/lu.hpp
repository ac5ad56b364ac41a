// Factors L·U of square matrices, and what follows from them: solutions and determinants.
#pragma once

#include <string_view>

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// The factors of each matrix of `a` (…, n, n) as LAPACK leaves them: `factors` of its shape, f64,
/// and `pivots` (…, n), i32. A singular matrix has a 0 among its pivots, which is no error yet.
void factor_lu(ConstView a, View factors, View pivots);

/// out = a⁻¹·b, or a⁻ᵀ·b where `transpose`, for b (…, n, k), from a's factors; the batch axes
/// broadcast. Throws ValueError naming `op` and the matrix for a singular one.
void solve_lu(std::string_view op, ConstView factors, ConstView pivots, bool transpose, ConstView b,
              View out);

/// The determinant of each matrix; the sign of the determinant, 0 of a singular matrix; log |det|,
/// -∞ of a singular one.
enum class OfDeterminant : std::uint8_t { value, sign, log };
/// out (…) = that of a's determinant, from its factors; 1, 1 and 0 of no numbers.
void determinant(OfDeterminant what, ConstView factors, ConstView pivots, View out);

}  // namespace shikumi::kernels
