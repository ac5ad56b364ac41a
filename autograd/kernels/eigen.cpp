#include <shikumi/autograd/kernels/eigen.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/detail/blas_kernels.hpp>
#include <shikumi/autograd/kernels/detail/blas_threads.hpp>
#include <shikumi/autograd/kernels/detail/lapack.hpp>

namespace shikumi::kernels {

std::vector<double> diagonalize(std::span<double> matrix, Index n) {
    if (n == 0) return {};
    if (!std::all_of(matrix.begin(), matrix.end(), [](double x) { return std::isfinite(x); }))
        fail<ValueError>("diagonalize", "the matrix holds NaN or infinity");
    // The workspace has 1 + 6n + 2n² numbers, which LAPACK counts in int.
    if (1 + 6 * n + 2 * n * n > std::numeric_limits<int>::max())
        fail<ValueError>("diagonalize", "a matrix of ", n, " rows is too large");
    detail::choose_blas_kernels();
    const detail::OneBlasThread one_thread;

    std::vector<double> values(static_cast<std::size_t>(n));
    if (!detail::eigen(matrix.data(), n, true, values.data()))
        fail<ValueError>("diagonalize", "LAPACK found no decomposition");
    return values;
}

}  // namespace shikumi::kernels
