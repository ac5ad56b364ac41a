#include <shikumi/autograd/kernels/triangular.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

#include <shikumi/autograd/kernels/detail/matrices.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>

namespace shikumi::kernels {

namespace {

// Whether a number of the diagonal, which isn't 1 by agreement, is too small beside the largest.
bool is_singular(const double* t, const Triangular& form, Index n, double smallest) {
    if (form.unit_diagonal) return false;
    double largest = 0;
    for (Index i = 0; i < n; ++i) largest = std::max(largest, std::abs(t[i * n + i]));
    for (Index i = 0; i < n; ++i) {
        if (std::abs(t[i * n + i]) <= smallest * largest) return true;
    }
    return false;
}

}  // namespace

void solve_triangular(std::string_view op, ConstView t, const Triangular& form, double smallest,
                      ConstView b, View out) {
    const Index n = t.spec.shape.back(), k = out.spec.shape.back();
    const Shape all = detail::batch_of(out.spec.shape, 2), of_t = detail::batch_of(t.spec.shape, 2),
                of_b = detail::batch_of(b.spec.shape, 2);
    detail::for_each_matrix(all.size(), std::max(n, k), [&](Index i) {
        const Index number = detail::matrix_number(of_t, all, i);
        detail::SmallScratch<double> own(t.spec.dtype == f64 ? 0 : n * n), x(n * k);
        const double* triangle = own.data();
        if (t.spec.dtype == f64)
            triangle = t.as<double>() + number * n * n;
        else
            detail::load(t, number * n * n, n * n, own.data());
        if (is_singular(triangle, form, n, smallest))
            fail<ValueError>(op, detail::which_matrix(of_t, number),
                             smallest > 0 ? " has not full rank" : " is singular");
        detail::load(b, detail::matrix_number(of_b, all, i) * n * k, n * k, x.data());
        detail::solve_triangular(triangle, form, n, x.data(), k);
        detail::store(x.data(), i * n * k, n * k, out);
    });
}

void cholesky(std::string_view op, ConstView a, View out) {
    const Index n = a.spec.shape.back();
    const Shape batch = detail::batch_of(a.spec.shape, 2);
    detail::for_each_matrix(batch.size(), n, [&](Index i) {
        detail::SmallScratch<double> own(n * n);
        double* const factor = own.data();
        detail::load(a, i * n * n, n * n, factor);
        bool definite = detail::factor_cholesky(factor, n);
        // OpenBLAS takes NaN for positive.
        for (Index j = 0; j < n; ++j) definite = definite && factor[j * n + j] > 0;
        if (!definite)
            fail<ValueError>(op, detail::which_matrix(batch, i), " is not positive definite");
        for (Index row = 0; row < n; ++row)
            std::fill(factor + row * n + row + 1, factor + (row + 1) * n, 0.0);
        detail::store(factor, i * n * n, n * n, out);
    });
}

void triangle(ConstView x, bool lower, Index offset, View out) {
    const Shape& shape = x.spec.shape;
    const int rank = shape.rank();
    const Index m = shape[rank - 2], n = shape[rank - 1];
    const auto bytes = static_cast<Index>(size_of(x.spec.dtype));
    const auto* from = static_cast<const std::byte*>(x.data);
    auto* to = static_cast<std::byte*>(out.data);
    const auto size = [bytes](Index count) { return static_cast<std::size_t>(count * bytes); };
    for (Index row = 0; n > 0 && row < x.size() / n; ++row, from += n * bytes, to += n * bytes) {
        // The first column above the diagonal where the lower triangle is kept, else the first on
        // it.
        const Index cut = std::clamp(row % m + offset + (lower ? 1 : 0), Index{0}, n);
        const Index begin = lower ? 0 : cut, end = lower ? cut : n;
        std::memset(to, 0, size(begin));
        std::memcpy(to + begin * bytes, from + begin * bytes, size(end - begin));
        std::memset(to + end * bytes, 0, size(n - end));
    }
}

}  // namespace shikumi::kernels
