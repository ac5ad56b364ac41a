#include <shikumi/autograd/kernels/matrix_functions.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/kernels/detail/jets.hpp>
#include <shikumi/autograd/kernels/detail/lapack.hpp>
#include <shikumi/autograd/kernels/detail/matrices.hpp>
#include <shikumi/autograd/kernels/gemm.hpp>

namespace shikumi::kernels {

namespace {

using detail::Jets;
using Numbers = std::vector<double>;

std::size_t squared(Index n) { return static_cast<std::size_t>(n * n); }

// A + t₁E₁ + … of matrix i.
Jets jets_of(std::span<const ConstView> in, Index i, Index n) {
    Jets a(n, n, static_cast<int>(in.size()) - 1);
    for (std::size_t k = 0; k < in.size(); ++k)
        detail::load(in[k], i * n * n, n * n, a[k == 0 ? 0 : 1U << (k - 1)].data());
    return a;
}

// c = a·b, with transposes.
Numbers product(const Numbers& a, bool transpose_a, const Numbers& b, bool transpose_b, Index n) {
    Numbers c(squared(n));
    multiply({.dtype = f64,
              .transpose_a = transpose_a,
              .transpose_b = transpose_b,
              .m = n,
              .n = n,
              .k = n,
              .whole = true},
             a.data(), b.data(), c.data());
    return c;
}

// The sign of the determinant of an orthogonal matrix.
double orientation(Numbers q, Index n) {
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(n));
    detail::factor_lu(q.data(), n, pivots.data());
    bool negative = false;
    for (Index i = 0; i < n; ++i)
        negative ^= (pivots[static_cast<std::size_t>(i)] != i) !=
                    std::signbit(q[static_cast<std::size_t>(i * n + i)]);
    return negative ? -1 : 1;
}

Numbers to_numbers(std::span<const double> x) { return {x.begin(), x.end()}; }

// In the axes in which A is diagonal: A = U·S·Vᵀ, whose cofactors are det U · det V · U·C·Vᵀ with
// the cofactors C of S, the adjugate's transpose.
Numbers cofactors_of(Jets a, std::span<const double> s, const Numbers& u, const Numbers& vh,
                     Index n) {
    for (unsigned set = 1; set < a.sets(); set *= 2) {
        const Numbers turned =
            product(product(u, true, to_numbers(a[set]), false, n), false, vh, true, n);
        std::ranges::copy(turned, a[set].begin());
    }
    std::ranges::fill(a[0], 0.0);
    for (Index i = 0; i < n; ++i)
        a[0][static_cast<std::size_t>(i * n + i)] = s[static_cast<std::size_t>(i)];
    const double null = static_cast<double>(n) * std::numeric_limits<double>::epsilon() * s[0];
    const Jets adjugate = detail::adjugate(a, null);
    Numbers all = product(product(u, false, to_numbers(adjugate[a.sets() - 1]), true, n), false, vh,
                          false, n);
    const double sign = orientation(u, n) * orientation(vh, n);
    for (double& x : all) x *= sign;
    return all;
}

// The largest sum of magnitudes in a column.
double largest_column(std::span<const double> a, Index n) {
    double largest = 0;
    for (Index j = 0; j < n; ++j) {
        double sum = 0;
        for (Index i = 0; i < n; ++i) sum += std::abs(a[static_cast<std::size_t>(i * n + j)]);
        if (!(sum <= largest)) largest = sum;
    }
    return largest;
}

// Σ coefficients[i]·powers[i], the last coefficient belonging to 1.
Jets combined(std::initializer_list<double> coefficients, std::span<const Jets* const> powers) {
    Jets sum(powers[0]->rows(), powers[0]->rows(), powers[0]->variables());
    std::size_t i = 0;
    for (const double c : coefficients) {
        if (i < powers.size())
            add(sum, c, *powers[i]);
        else
            add_to_diagonal(sum, c);
        ++i;
    }
    return sum;
}

Numbers inverse_of(Numbers a, Index n) {
    std::vector<std::int32_t> pivots(static_cast<std::size_t>(n));
    detail::factor_lu(a.data(), n, pivots.data());
    Numbers x(squared(n));
    for (Index i = 0; i < n; ++i) x[static_cast<std::size_t>(i * n + i)] = 1;
    detail::solve_triangular(a.data(), {.lower = true}, n, x.data(), n);
    detail::solve_triangular(a.data(), {.lower = false, .unit_diagonal = true}, n, x.data(), n);
    for (Index i = n; i-- > 0;) {
        const Index j = pivots[static_cast<std::size_t>(i)];
        if (i != j) std::swap_ranges(&x[0] + i * n, &x[0] + (i + 1) * n, &x[0] + j * n);
    }
    return x;
}

Jets exponential(Jets a) {
    const Index n = a.rows();
    constexpr double most = 5.371920351148152;  // up to which the approximant is exact to rounding
    const double size = largest_column(a[0], n);
    const int squarings = size > most ? static_cast<int>(std::ceil(std::log2(size / most))) : 0;
    scale(a, std::ldexp(1.0, -squarings));
    const Jets a2 = detail::product(a, a), a4 = detail::product(a2, a2),
               a6 = detail::product(a2, a4);
    const std::array<const Jets*, 3> powers{&a6, &a4, &a2};
    // Over the last one, so that the exponential of 0 is exactly 1.
    constexpr double last = 64764752532480000;
    Jets u = detail::product(a6, combined({1 / last, 16380 / last, 40840800 / last}, powers));
    add(u, 1,
        combined({33522128640 / last, 10559470521600 / last, 1187353796428800 / last, 0.5},
                 powers));
    u = detail::product(a, u);
    Jets v = detail::product(a6, combined({182 / last, 960960 / last, 1323241920 / last}, powers));
    add(v, 1,
        combined({670442572800 / last, 129060195264000 / last, 7771770303897600 / last, 1},
                 powers));
    Jets denominator = v;
    add(denominator, -1, u);
    add(v, 1, u);
    Jets x =
        detail::product(detail::inverse(denominator, inverse_of(to_numbers(denominator[0]), n)), v);
    for (int i = 0; i < squarings; ++i) x = detail::product(x, x);
    return x;
}

}  // namespace

void cofactors(std::string_view op, std::span<const ConstView> in, View out) {
    const Shape& shape = out.spec.shape;
    const Shape batch = detail::batch_of(shape, 2);
    const Index n = shape.back();
    if (n == 0) return;
    detail::for_each_matrix(batch.size(), n, [&](Index i) {
        const Jets a = jets_of(in, i, n);
        if (!std::ranges::all_of(a[0], [](double x) { return std::isfinite(x); }))
            fail<ValueError>(op, detail::which_matrix(batch, i), " holds NaN or infinity");
        Numbers base = to_numbers(a[0]), s(static_cast<std::size_t>(n)), u(squared(n)),
                vh(squared(n));
        if (!detail::singular(base.data(), n, n, s.data(), u.data(), vh.data()))
            fail<ValueError>(op, "LAPACK found no decomposition of ",
                             detail::which_matrix(batch, i));
        detail::store(cofactors_of(a, s, u, vh, n).data(), i * n * n, n * n, out);
    });
}

void expm(std::span<const ConstView> in, View out) {
    const Shape& shape = out.spec.shape;
    const Index n = shape.back();
    if (n == 0) return;
    detail::for_each_matrix(detail::batch_of(shape, 2).size(), n, [&](Index i) {
        Jets a = jets_of(in, i, n);
        if (!std::isfinite(largest_column(a[0], n))) {
            const Numbers nothing(squared(n), std::numeric_limits<double>::quiet_NaN());
            return detail::store(nothing.data(), i * n * n, n * n, out);
        }
        const Jets x = exponential(std::move(a));
        detail::store(x[x.sets() - 1].data(), i * n * n, n * n, out);
    });
}

}  // namespace shikumi::kernels
