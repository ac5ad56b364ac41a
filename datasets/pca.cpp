#include <shikumi/datasets/pca.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::datasets {
namespace {

// A square matrix, row by row.
struct Square {
    std::size_t n;
    std::vector<double> values;
    double& operator()(std::size_t i, std::size_t j) { return values[i * n + j]; }
    double operator()(std::size_t i, std::size_t j) const { return values[i * n + j]; }
};

Square identity_matrix(std::size_t n) {
    Square eye{n, std::vector<double>(n * n)};
    for (std::size_t i = 0; i < n; ++i) eye(i, i) = 1;
    return eye;
}

// Makes `a` diagonal by plane rotations, the cyclic Jacobi method (Golub and Van Loan, "Matrix
// Computations", 4th ed., §8.5): A ← JᵀAJ with t = tan θ the smaller root of t² + 2τt - 1 = 0,
// τ = (a_qq - a_pp) / 2a_pq. Returns the eigenvectors as rows; the eigenvalues stay on a's
// diagonal.
Square diagonalize(Square& a) {
    Square vectors = identity_matrix(a.n);
    constexpr int most_sweeps = 60;  // it converges quadratically: ten are plenty
    double total = 0;
    for (const double v : a.values) total += v * v;
    for (int sweep = 0; sweep < most_sweeps; ++sweep) {
        double off_diagonal = 0;
        for (std::size_t p = 0; p < a.n; ++p) {
            for (std::size_t q = p + 1; q < a.n; ++q) off_diagonal += a(p, q) * a(p, q);
        }
        if (off_diagonal <= 1e-30 * total) break;
        for (std::size_t p = 0; p < a.n; ++p) {
            for (std::size_t q = p + 1; q < a.n; ++q) {
                if (a(p, q) == 0) continue;
                const double tau = (a(q, q) - a(p, p)) / (2 * a(p, q));
                const double t = std::copysign(1 / (std::abs(tau) + std::hypot(1, tau)), tau);
                const double c = 1 / std::hypot(1, t);
                const double s = t * c;
                const auto rotate = [&](double& x, double& y) {
                    const double old = x;
                    x = c * old - s * y;
                    y = s * old + c * y;
                };
                for (std::size_t k = 0; k < a.n; ++k) rotate(a(k, p), a(k, q));
                for (std::size_t k = 0; k < a.n; ++k) rotate(a(p, k), a(q, k));
                for (std::size_t k = 0; k < a.n; ++k) rotate(vectors(p, k), vectors(q, k));
            }
        }
    }
    return vectors;
}

void make_largest_positive(std::span<double> loadings) {
    const auto largest = std::max_element(loadings.begin(), loadings.end(), [](double a, double b) {
        return std::abs(a) < std::abs(b);
    });
    if (*largest < 0) {
        for (double& loading : loadings) loading = -loading;
    }
}

}  // namespace

PCA PCA::fit(const Tensor& x, Index components) {
    if (x.rank() != 2 || x.shape()[0] < 2)
        fail<ShapeError>("PCA", "a matrix of two rows or more is wanted, got ", x.spec());
    if (!is_floating(x.dtype()))
        fail<DTypeError>("PCA", "features are floating, got ", x.spec(), "; cast first");
    const Index features = x.shape()[1];
    if (components < 1 || components > features)
        fail<ValueError>("PCA", components, " components of ", features, " features");
    if (!all(isfinite(x)).item<bool>())
        fail<ValueError>("PCA", "the features ", x.spec(), " hold NaN or infinity");

    const Tensor wide = x.cast(f64);
    const Tensor mean = shikumi::mean(wide, 0);
    const Tensor centred = wide - mean;
    const Tensor covariance =
        matmul(transpose(centred), centred) / static_cast<double>(x.shape()[0] - 1);
    const auto n = static_cast<std::size_t>(features);
    Square matrix{n, covariance.to_vector<double>()};
    Square vectors = diagonalize(matrix);

    double total = 0;
    for (std::size_t i = 0; i < n; ++i) total += matrix(i, i);
    if (!(total > 0)) fail<ValueError>("PCA", "all rows of ", x.spec(), " are the same");
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t i, std::size_t j) { return matrix(i, i) > matrix(j, j); });

    std::vector<double> rows, ratios;
    for (std::size_t i = 0; i < static_cast<std::size_t>(components); ++i) {
        const auto row = std::span(vectors.values).subspan(order[i] * n, n);
        make_largest_positive(row);
        rows.insert(rows.end(), row.begin(), row.end());
        ratios.push_back(std::max(matrix(order[i], order[i]), 0.0) / total);
    }
    return {Tensor(mean.array()), tensor(rows, Shape{components, features}), tensor(ratios)};
}

Tensor PCA::transform(const Tensor& x) const {
    if (x.rank() != 2 || x.shape()[1] != mean_.size())
        fail<ShapeError>("PCA", "fitted on ", mean_.size(), " features, got ", x.spec());
    return matmul(x.cast(f64) - mean_, transpose(components_)).cast(x.dtype());
}

}  // namespace shikumi::datasets
