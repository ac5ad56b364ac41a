// Decompositions with orthonormal columns.
#pragma once

#include <string_view>

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// a (…, m, n) = q·r for m ≥ n: q (…, m, n) with orthonormal columns and an upper triangle r
/// (…, n, n) without negative numbers on its diagonal.
void qr(ConstView a, View q, View r);

/// The eigenvalues (…, n), smallest first, and eigenvectors (…, n, n), one a column, of symmetric
/// matrices a (…, n, n), of which the upper triangle is read. The entry of largest magnitude of
/// each vector is positive. Throws ValueError naming `op` and the matrix for one that isn't finite.
void eigh(std::string_view op, ConstView a, View values, View vectors);
/// The eigenvalues alone.
void eigvalsh(std::string_view op, ConstView a, View values);

/// a (…, m, n) = u·diag(s)·vh: u (…, m, k), s (…, k) largest first, vh (…, k, n), k the smaller of
/// m and n. The entry of largest magnitude of each column of u is positive. Throws ValueError
/// naming `op` and the matrix for one that isn't finite.
void svd(std::string_view op, ConstView a, View u, View s, View vh);
/// The singular values alone.
void svdvals(std::string_view op, ConstView a, View s);

/// The pseudo-inverse (…, n, m) of a (…, m, n): singular values of `smallest` times the largest and
/// below count as 0. Throws ValueError naming `op` and the matrix for one that isn't finite.
void pinv(std::string_view op, ConstView a, double smallest, View out);

/// out (…, m, n) = left·diag(middle)·right for left (…, m, k), middle (…, k) and right (…, k, n),
/// which is given as its transpose (…, n, k) where `transposed`. All have one batch.
void from_diagonal(ConstView left, ConstView middle, ConstView right, bool transposed, View out);
/// out (…, k) = the diagonal of leftᵀ·middle·rightᵀ for middle (…, m, n), and the others as above.
void to_diagonal(ConstView left, ConstView middle, ConstView right, bool transposed, View out);

}  // namespace shikumi::kernels
