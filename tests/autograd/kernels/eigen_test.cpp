// Eigenvalues and eigenvectors of symmetric matrices.
#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/eigen.hpp>

#include "catch.hpp"

using namespace shikumi;

TEST_CASE("a symmetric matrix has known eigenvalues and eigenvectors", "[kernels]") {
    std::vector<double> a{2, 1, 1, 2};
    const std::vector<double> values = kernels::diagonalize(a, 2);
    CHECK(values[0] == Approx(1));
    CHECK(values[1] == Approx(3));
    const double root = std::sqrt(0.5);
    CHECK(std::abs(a[0]) == Approx(root));
    CHECK(a[1] == Approx(-a[0]));
    CHECK(std::abs(a[2]) == Approx(root));
    CHECK(a[3] == Approx(a[2]));
}

TEST_CASE("eigenvectors are orthogonal and reconstruct the matrix", "[kernels]") {
    for (const std::size_t n : {1u, 3u, 40u, 130u}) {
        std::vector<double> a(n * n);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j)
                a[i * n + j] = std::cos(static_cast<double>((i + j) * (i + j) + i * j));
        }
        std::vector<double> v = a;
        const std::vector<double> values = kernels::diagonalize(v, static_cast<Index>(n));
        double apart = 0, skew = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (i > 0) CHECK(values[i - 1] <= values[i]);
            for (std::size_t j = 0; j < n; ++j) {
                double sum = 0, product = 0;
                for (std::size_t k = 0; k < n; ++k) {
                    sum += v[k * n + i] * values[k] * v[k * n + j];
                    product += v[i * n + k] * v[j * n + k];
                }
                apart = std::max(apart, std::abs(sum - a[i * n + j]));
                skew = std::max(skew, std::abs(product - (i == j ? 1 : 0)));
            }
        }
        CHECK(apart < 1e-12 * static_cast<double>(n));
        CHECK(skew < 1e-12);
    }
}

TEST_CASE("diagonalize takes empty matrices and refuses NaN and too large ones", "[kernels]") {
    std::vector<double> none, wrong{1, 0, 0, std::numeric_limits<double>::quiet_NaN()};
    CHECK(kernels::diagonalize(none, 0).empty());
    CHECK_THROWS_AS(kernels::diagonalize(wrong, 2), ValueError);
    CHECK_THROWS_AS(kernels::diagonalize(none, 40000), ValueError);
}
