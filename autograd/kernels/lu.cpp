#include <shikumi/autograd/kernels/lu.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <shikumi/autograd/kernels/detail/lapack.hpp>
#include <shikumi/autograd/kernels/detail/matrices.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>

namespace shikumi::kernels {

namespace {

void swap_rows(double* b, Index k, Index i, Index j) {
    if (i != j) std::swap_ranges(b + i * k, b + (i + 1) * k, b + j * k);
}

// b = a⁻¹·b or a⁻ᵀ·b with a = Uᵀ·Lᵀ·Sₙ…S₁.
void solve(const double* factors, const std::int32_t* pivots, Index n, bool transpose, double* b,
           Index k) {
    if (transpose) {
        for (Index i = 0; i < n; ++i) swap_rows(b, k, i, pivots[i]);
        detail::solve_triangular(
            factors, {.lower = false, .transpose = true, .unit_diagonal = true}, n, b, k);
        detail::solve_triangular(factors, {.lower = true, .transpose = true}, n, b, k);
    } else {
        detail::solve_triangular(factors, {.lower = true}, n, b, k);
        detail::solve_triangular(factors, {.lower = false, .unit_diagonal = true}, n, b, k);
        for (Index i = n; i-- > 0;) swap_rows(b, k, i, pivots[i]);
    }
}

double of_determinant(OfDeterminant what, const double* factors, const std::int32_t* pivots,
                      Index n) {
    double value = 1, log = 0;
    bool negative = false;
    for (Index i = 0; i < n; ++i) {
        const double pivot = factors[i * n + i];
        value *= pivot;
        if (what == OfDeterminant::log) log += std::log(std::abs(pivot));
        negative ^= (pivots[i] != i) != std::signbit(pivot);
        if (pivot == 0 || std::isnan(pivot)) {
            constexpr double infinity = std::numeric_limits<double>::infinity();
            return what == OfDeterminant::log && pivot == 0 ? -infinity : pivot + 0.0;
        }
    }
    if (what == OfDeterminant::log) return log;
    if (what == OfDeterminant::sign) return negative ? -1 : 1;
    return negative ? -std::abs(value) : std::abs(value);
}

}  // namespace

void factor_lu(ConstView a, View factors, View pivots) {
    const Shape& shape = a.spec.shape;
    const Index n = shape.back(), count = detail::batch_of(shape, 2).size();
    detail::for_each_matrix(count, n, [&](Index i) {
        double* const own = factors.as<double>() + i * n * n;
        detail::load(a, i * n * n, n * n, own);
        detail::factor_lu(own, n, pivots.as<std::int32_t>() + i * n);
    });
}

void solve_lu(std::string_view op, ConstView factors, ConstView pivots, bool transpose, ConstView b,
              View out) {
    const Shape &a_shape = factors.spec.shape, &out_shape = out.spec.shape;
    const Index n = a_shape.back(), k = out_shape.back();
    const Shape all = detail::batch_of(out_shape, 2), of_a = detail::batch_of(a_shape, 2),
                of_b = detail::batch_of(b.spec.shape, 2);
    detail::for_each_matrix(all.size(), std::max(n, k), [&](Index i) {
        const Index number = detail::matrix_number(of_a, all, i);
        const double* const own = factors.as<double>() + number * n * n;
        for (Index j = 0; j < n; ++j) {
            if (own[j * n + j] == 0)
                fail<ValueError>(op, detail::which_matrix(of_a, number), " is singular");
        }
        const std::int32_t* const rows = pivots.as<std::int32_t>() + number * n;
        detail::SmallScratch<double> x(n * k);
        detail::load(b, detail::matrix_number(of_b, all, i) * n * k, n * k, x.data());
        solve(own, rows, n, transpose, x.data(), k);
        detail::store(x.data(), i * n * k, n * k, out);
    });
}

void determinant(OfDeterminant what, ConstView factors, ConstView pivots, View out) {
    const Index n = factors.spec.shape.back();
    for (Index i = 0; i < out.size(); ++i) {
        const double value = of_determinant(what, factors.as<double>() + i * n * n,
                                            pivots.as<std::int32_t>() + i * n, n);
        detail::store(&value, i, 1, out);
    }
}

}  // namespace shikumi::kernels
