#include <shikumi/autograd/kernels/eigen.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/detail/blas_kernels.hpp>
#include <shikumi/autograd/kernels/detail/blas_threads.hpp>

// LAPACK's, which OpenBLAS holds, in Fortran's calling convention: the lengths of the two texts
// come last. OpenBLAS's package has no header for it.
extern "C" void dsyevd_(const char* jobz, const char* uplo, const int* n, double* a, const int* lda,
                        double* w, double* work, const int* lwork, int* iwork, const int* liwork,
                        int* info, std::size_t jobz_length, std::size_t uplo_length);

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

    const int size = static_cast<int>(n), ask = -1;
    std::vector<double> values(static_cast<std::size_t>(n));
    int info = 0;
    // LAPACK counts columns first: its lower triangle is our upper one, and its columns our rows.
    const auto run = [&](double* work, const int* lwork, int* iwork, const int* liwork) {
        dsyevd_("V", "L", &size, matrix.data(), &size, values.data(), work, lwork, iwork, liwork,
                &info, 1, 1);
    };
    double work_size = 0;
    int iwork_size = 0;
    run(&work_size, &ask, &iwork_size, &ask);
    const int lwork = static_cast<int>(work_size);
    std::vector<double> work(static_cast<std::size_t>(lwork));
    std::vector<int> iwork(static_cast<std::size_t>(iwork_size));
    run(work.data(), &lwork, iwork.data(), &iwork_size);
    if (info != 0) fail<ValueError>("diagonalize", "LAPACK's dsyevd failed, info ", info);
    return values;
}

}  // namespace shikumi::kernels
