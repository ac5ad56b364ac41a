#include <shikumi/autograd/kernels/detail/lapack.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>

// In Fortran's calling convention: the lengths of texts come last. OpenBLAS's package has no header
// for them.
extern "C" {
void dgetrf_(const int* m, const int* n, double* a, const int* lda, int* pivots, int* info);
void dpotrf_(const char* uplo, const int* n, double* a, const int* lda, int* info,
             std::size_t uplo_length);
void dgelqf_(const int* m, const int* n, double* a, const int* lda, double* tau, double* work,
             const int* lwork, int* info);
void dorglq_(const int* m, const int* n, const int* k, double* a, const int* lda, const double* tau,
             double* work, const int* lwork, int* info);
void dtrsm_(const char* side, const char* uplo, const char* transpose, const char* diagonal,
            const int* m, const int* n, const double* alpha, const double* t, const int* ldt,
            double* b, const int* ldb, std::size_t side_length, std::size_t uplo_length,
            std::size_t transpose_length, std::size_t diagonal_length);
void dsyevd_(const char* jobz, const char* uplo, const int* n, double* a, const int* lda, double* w,
             double* work, const int* lwork, int* iwork, const int* liwork, int* info,
             std::size_t jobz_length, std::size_t uplo_length);
void dgesdd_(const char* jobz, const int* m, const int* n, double* a, const int* lda, double* s,
             double* u, const int* ldu, double* vt, const int* ldvt, double* work, const int* lwork,
             int* iwork, int* info, std::size_t jobz_length);
}

namespace shikumi::kernels::detail {

namespace {

constexpr int ask = -1;  // as the size of a workspace: how large it is to be

int to_int(Index n) { return static_cast<int>(n); }

}  // namespace

void factor_lu(double* a, Index n, std::int32_t* pivots) {
    const int size = to_int(n);
    int info = 0;
    if (n > 0) dgetrf_(&size, &size, a, &size, pivots, &info);
    for (Index i = 0; i < n; ++i) --pivots[i];
}

bool factor_cholesky(double* a, Index n) {
    const int size = to_int(n);
    int info = 0;
    if (n > 0) dpotrf_("U", &size, a, &size, &info, 1);
    return info == 0;
}

// BLAS sees x·t = b with all three transposed, and so the other triangle on the right.
void solve_triangular(const double* t, const Triangular& form, Index n, double* b, Index k) {
    if (n == 0 || k == 0) return;
    const int size = to_int(n), rows = to_int(k);
    const double alpha = 1;
    dtrsm_("R", form.lower ? "U" : "L", form.transpose ? "T" : "N", form.unit_diagonal ? "U" : "N",
           &rows, &size, &alpha, t, &size, b, &rows, 1, 1, 1, 1);
}

// LAPACK sees aᵀ = L·Q, and so a = Qᵀ·Lᵀ.
void factor_qr(double* a, Index m, Index n, double* r) {
    if (n == 0) return;
    const int rows = to_int(n), columns = to_int(m);
    int info = 0;
    double sizes[2];
    dgelqf_(&rows, &columns, a, &rows, nullptr, &sizes[0], &ask, &info);
    dorglq_(&rows, &columns, &rows, a, &rows, nullptr, &sizes[1], &ask, &info);
    const int lwork = static_cast<int>(std::max(sizes[0], sizes[1]));
    SmallScratch<double> tau(n);
    const Scratch<double> work(lwork);
    dgelqf_(&rows, &columns, a, &rows, tau.data(), work.data(), &lwork, &info);
    for (Index i = 0; i < n; ++i) {
        for (Index j = 0; j < n; ++j) r[i * n + j] = i <= j ? a[i * n + j] : 0;
    }
    dorglq_(&rows, &columns, &rows, a, &rows, tau.data(), work.data(), &lwork, &info);
}

// LAPACK's lower triangle is our upper one, and its columns are our rows.
bool eigen(double* a, Index n, bool vectors, double* values) {
    if (n == 0) return true;
    const int size = to_int(n);
    const char* const jobz = vectors ? "V" : "N";
    int info = 0, iwork_size = 0;
    double work_size = 0;
    dsyevd_(jobz, "L", &size, a, &size, values, &work_size, &ask, &iwork_size, &ask, &info, 1, 1);
    const int lwork = static_cast<int>(work_size);
    const Scratch<double> work(lwork);
    const Scratch<int> iwork(iwork_size);
    dsyevd_(jobz, "L", &size, a, &size, values, work.data(), &lwork, iwork.data(), &iwork_size,
            &info, 1, 1);
    return info == 0;
}

// LAPACK sees aᵀ = vhᵀ·diag(values)·uᵀ: its left vectors, column by column, are vh, its right ones
// u.
bool singular(double* a, Index m, Index n, double* values, double* u, double* vh) {
    if (m == 0 || n == 0) return true;
    const int rows = to_int(n), columns = to_int(m), k = std::min(rows, columns);
    const char* const jobz = u ? "S" : "N";
    const Scratch<int> iwork(8 * Index{k});
    int info = 0;
    double work_size = 0;
    dgesdd_(jobz, &rows, &columns, a, &rows, values, vh, &rows, u, &k, &work_size, &ask,
            iwork.data(), &info, 1);
    const int lwork = static_cast<int>(work_size);
    const Scratch<double> work(lwork);
    dgesdd_(jobz, &rows, &columns, a, &rows, values, vh, &rows, u, &k, work.data(), &lwork,
            iwork.data(), &info, 1);
    return info == 0;
}

// dsyevd's workspace has 1 + 6n + 2n² numbers, dgesdd's about 4k² and some rows.
void want_lapack_size(std::string_view op, Index m, Index n) {
    const auto least = static_cast<double>(std::min(m, n)),
               most = static_cast<double>(std::max(m, n));
    if (4 * least * least + 100 * (least + most) > std::numeric_limits<int>::max())
        fail<ShapeError>(op, "a matrix of ", m, " x ", n, " is too large for LAPACK's 32 bits");
}

}  // namespace shikumi::kernels::detail
