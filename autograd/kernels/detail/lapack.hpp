// LAPACK, which OpenBLAS holds, for matrices of doubles in our order of elements: row by row,
// without gaps. LAPACK counts columns first and so sees transposes; each function says what that
// makes of its factors. Only this file and its source know LAPACK.
#pragma once

#include <string_view>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels::detail {

/// The factors of a (n, n), in place, and n row numbers: a = Uᵀ·Lᵀ·Sₙ…S₁. The lower triangle with
/// the diagonal is Uᵀ, the strict upper one is Lᵀ, whose diagonal is 1, and Sᵢ interchanges the
/// rows i and pivots[i]. By dgetrf.
void factor_lu(double* a, Index n, std::int32_t* pivots);

/// The lower triangle L of a = L·Lᵀ (n, n) in place, of which the lower triangle is read; the upper
/// one is left as it is. False where the matrix is not positive definite. By dpotrf.
bool factor_cholesky(double* a, Index n);

/// Which of the numbers of a matrix are a triangular one, and whether its transpose is meant.
struct Triangular {
    bool lower = true;           ///< the lower triangle, else the upper one
    bool transpose = false;      ///< the triangle's transpose
    bool unit_diagonal = false;  ///< 1 stands on the diagonal, which isn't read

    bool operator==(const Triangular&) const = default;
};
/// b (n, k) = t⁻¹·b for a triangle of t (n, n). By dtrsm.
void solve_triangular(const double* t, const Triangular& form, Index n, double* b, Index k);

/// a (m, n) = q·r for m ≥ n, with orthonormal columns of q (m, n), which replaces a, and an upper
/// triangle r (n, n), which has zeros below. By dgelqf and dorglq.
void factor_qr(double* a, Index m, Index n, double* r);

/// The eigenvalues, smallest first, of a symmetric matrix a (n, n), whose upper triangle is read;
/// it is replaced by the eigenvectors, one a row, or by nothing of use where they aren't wanted.
/// False where LAPACK fails. By dsyevd.
bool eigen(double* a, Index n, bool vectors, double* values);

/// The singular values, largest first, of a (m, n), which is overwritten, and where `u` isn't null
/// u (m, k) and vh (k, n) of a = u·diag(values)·vh, k the smaller of m and n. False where LAPACK
/// fails. By dgesdd.
bool singular(double* a, Index m, Index n, double* values, double* u, double* vh);

/// Refuses sizes beyond LAPACK's 32 bits, also those of the workspace of `eigen` and `singular`:
/// ShapeError naming `op`.
void want_lapack_size(std::string_view op, Index m, Index n);

}  // namespace shikumi::kernels::detail
