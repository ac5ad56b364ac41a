// GradBench's llsq: ½ Σᵢ (x₀ + x₁ tᵢ + x₂ tᵢ² + … - bᵢ)² for b = sign t on an even grid of [-1, 1],
// and its gradient by the coefficients x.
#include <cstddef>

#include "by_shikumi.hpp"
#include "differences.hpp"
#include "draws.hpp"

using namespace shikumi;

namespace gradbench {

namespace {

Tensor polynomial_misfit(const Tensor& x, const Tensor& t, const Tensor& b) {
    return 0.5 * sum(square(matmul(vander(t, x.size(), true), x) - b));
}

struct PolynomialFit {
    Numbers t, b;

    double miss(const Numbers& x, std::size_t i) const {
        double value = 0;
        for (std::size_t j = x.size(); j-- > 0;) value = value * t[i] + x[j];
        return value - b[i];
    }
    double objective(const Numbers& x) const {
        double total = 0;
        for (std::size_t i = 0; i < t.size(); ++i) total += miss(x, i) * miss(x, i);
        return total / 2;
    }
    Numbers gradient(const Numbers& x) const {
        Numbers slope(x.size());
        for (std::size_t i = 0; i < t.size(); ++i) {
            double term = miss(x, i);
            for (double& each : slope) {
                each += term;
                term *= t[i];
            }
        }
        return slope;
    }
};

}  // namespace

Problem least_squares(Size size) {
    const int points = size == Size::small ? 9 : 4096, coefficients = size == Size::small ? 4 : 16;
    PolynomialFit fit;
    for (int i = 0; i < points; ++i) {
        fit.t.push_back(-1 + 2.0 * i / (points - 1));
        fit.b.push_back(2 * i < points - 1 ? -1 : 2 * i > points - 1 ? 1 : 0);
    }
    const Numbers x = Draws(6).normals(coefficients);
    Problem problem{.name = "llsq",
                    .size = std::to_string(points) + " points, " + std::to_string(coefficients) +
                            " coefficients"};
    set_by_shikumi(problem, grad(polynomial_misfit), tensor(x), tensor(fit.t), tensor(fit.b));
    problem.by_hand = [=] { return Derivatives{fit.gradient(x)}; };
    problem.by_differences = [=] {
        return Derivatives{
            gradient_by_differences([&](const Numbers& at) { return fit.objective(at); }, x)};
    };
    return problem;
}

}  // namespace gradbench
