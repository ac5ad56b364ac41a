// GradBench's det: a determinant and its gradient, the matrix of cofactors. GradBench's programs
// expand minors, which takes n! products; a user of tensors calls `det`, and the loops by hand
// eliminate, too.
#include <cmath>
#include <cstddef>
#include <utility>

#include "by_shikumi.hpp"
#include "differences.hpp"
#include "draws.hpp"

using namespace shikumi;

namespace gradbench {

namespace {

// P·A = L·U by elimination with the largest pivots of the columns.
struct Elimination {
    std::size_t n;
    Numbers lu;
    std::vector<std::size_t> row;  // of A, for each row of P·A
    double determinant = 1;

    Elimination(const Numbers& matrix, std::size_t order) : n(order), lu(matrix), row(order) {
        for (std::size_t i = 0; i < n; ++i) row[i] = i;
        for (std::size_t k = 0; k < n; ++k) {
            std::size_t pivot = k;
            for (std::size_t i = k + 1; i < n; ++i) {
                if (std::abs(lu[i * n + k]) > std::abs(lu[pivot * n + k])) pivot = i;
            }
            if (pivot != k) {
                for (std::size_t j = 0; j < n; ++j) std::swap(lu[k * n + j], lu[pivot * n + j]);
                std::swap(row[k], row[pivot]);
                determinant = -determinant;
            }
            determinant *= lu[k * n + k];
            for (std::size_t i = k + 1; i < n; ++i) {
                const double factor = lu[i * n + k] /= lu[k * n + k];
                for (std::size_t j = k + 1; j < n; ++j) lu[i * n + j] -= factor * lu[k * n + j];
            }
        }
    }

    // det A · A⁻ᵀ: row i of A⁻ᵀ is the column of A⁻¹ that solves A x = eᵢ. The columns of all i are
    // solved for together, so that the inner loop runs along rows.
    Numbers cofactors() const {
        Numbers x(n * n);
        for (std::size_t i = 0; i < n; ++i) x[i * n + row[i]] = 1;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t k = 0; k < i; ++k) {
                for (std::size_t j = 0; j < n; ++j) x[i * n + j] -= lu[i * n + k] * x[k * n + j];
            }
        }
        for (std::size_t i = n; i-- > 0;) {
            for (std::size_t k = i + 1; k < n; ++k) {
                for (std::size_t j = 0; j < n; ++j) x[i * n + j] -= lu[i * n + k] * x[k * n + j];
            }
            for (std::size_t j = 0; j < n; ++j) x[i * n + j] /= lu[i * n + i];
        }
        Numbers slope(n * n);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) slope[i * n + j] = determinant * x[j * n + i];
        }
        return slope;
    }
};

}  // namespace

Problem determinant(Size size) {
    const int n = size == Size::small ? 5 : 30;
    const auto order = static_cast<std::size_t>(n);
    const Numbers matrix = Draws(9).normals(n * n);
    Problem problem{.name = "det", .size = std::to_string(n) + " × " + std::to_string(n)};
    set_by_shikumi(problem, grad([](const Tensor& a) { return det(a); }), tensor(matrix, {n, n}));
    problem.by_hand = [=] { return Derivatives{Elimination(matrix, order).cofactors()}; };
    problem.by_differences = [=] {
        return Derivatives{gradient_by_differences(
            [&](const Numbers& at) { return Elimination(at, order).determinant; }, matrix)};
    };
    return problem;
}

}  // namespace gradbench
