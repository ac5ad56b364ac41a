// Eigenvalues and eigenvectors.
#pragma once

#include <span>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::kernels {

/// The eigenvalues, smallest first, of a symmetric matrix (n, n), of which the upper triangle is
/// read. The matrix is replaced by the eigenvectors, one a row, of length 1. By LAPACK's dsyevd;
/// the signs are what comes out of it. Throws ValueError for a matrix that isn't finite or is too
/// large for LAPACK.
std::vector<double> diagonalize(std::span<double> matrix, Index n);

}  // namespace shikumi::kernels
