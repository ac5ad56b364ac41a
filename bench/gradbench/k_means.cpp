// GradBench's kmeans: f = Σᵢ minₖ |xᵢ - cₖ|² by the centres c: the gradient, the Hessian, which is
// diagonal, and Newton's step c - gradient / diagonal.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <tuple>

#include "by_shikumi.hpp"
#include "differences.hpp"
#include "draws.hpp"

using namespace shikumi;

namespace gradbench {

namespace {

Tensor squared_distances_to_centres(const Tensor& centres, const Tensor& points) {
    return sum(min(sum(square(expand_dims(points, 1) - centres), 2), 1));
}

std::tuple<Tensor, Tensor, Tensor> newton_step_of_centres(const Tensor& centres,
                                                          const Tensor& points) {
    const auto by_centres = [&](const Tensor& c) {
        return squared_distances_to_centres(c, points);
    };
    const auto [slope, diagonal] = jvp(grad(by_centres), centres, ones_like(centres));
    return {slope, diagonal, centres - slope / diagonal};
}

struct Clusters {
    int n, k, d;
    Numbers points;

    std::pair<int, double> nearest(const double* centres, const double* x) const {
        std::pair best(0, std::numeric_limits<double>::infinity());
        for (int c = 0; c < k; ++c) {
            double squared = 0;
            for (int j = 0; j < d; ++j)
                squared += (x[j] - centres[c * d + j]) * (x[j] - centres[c * d + j]);
            if (squared < best.second) best = {c, squared};
        }
        return best;
    }
    double objective(const Numbers& centres) const {
        double total = 0;
        for (int i = 0; i < n; ++i) total += nearest(centres.data(), &points[i * d]).second;
        return total;
    }
    Derivatives newton_step(const Numbers& centres) const {
        Numbers slope(centres.size()), diagonal(centres.size()), next = centres;
        for (int i = 0; i < n; ++i) {
            const int c = nearest(centres.data(), &points[i * d]).first;
            for (int j = 0; j < d; ++j) {
                slope[c * d + j] += 2 * (centres[c * d + j] - points[i * d + j]);
                diagonal[c * d + j] += 2;
            }
        }
        for (std::size_t i = 0; i < next.size(); ++i) next[i] -= slope[i] / diagonal[i];
        return {slope, diagonal, next};
    }
    // The Hessian's columns as differences of the gradient, which is one of differences itself.
    Derivatives by_differences(const Numbers& centres) const {
        const auto gradient = [&](const Numbers& at) {
            return gradient_by_differences([&](const Numbers& c) { return objective(c); }, at);
        };
        const Numbers slope = gradient(centres);
        const Numbers hessian = jacobian_by_differences(gradient, centres);
        Numbers diagonal(centres.size()), next = centres;
        for (std::size_t i = 0; i < next.size(); ++i) {
            diagonal[i] = hessian[i * next.size() + i];
            next[i] -= slope[i] / diagonal[i];
        }
        return {slope, diagonal, next};
    }
};

}  // namespace

Problem k_means(Size size) {
    Clusters clusters{30, 3, 2, {}};
    if (size == Size::full) clusters = {10'000, 20, 4, {}};
    const auto& [n, k, d, points] = clusters;
    // In clusters, so that hardly a point lies between two centres; a centre near a point of each.
    Draws draws(12);
    const Numbers middles = draws.normals(k * d, 4);
    clusters.points = draws.normals(n * d, 0.5);
    for (int i = 0; i < n * d; ++i) clusters.points[i] += middles[i % (k * d)];
    Numbers centres = draws.normals(k * d, 0.1);
    for (int i = 0; i < k * d; ++i) centres[i] += points[i];

    Problem problem{.name = "kmeans",
                    .size = std::to_string(n) + " points, " + std::to_string(k) + " centres, " +
                            std::to_string(d) + " dimensions"};
    set_by_shikumi(problem, newton_step_of_centres, tensor(centres, {k, d}),
                   tensor(points, {n, d}));
    problem.by_hand = [=] { return clusters.newton_step(centres); };
    problem.by_differences = [=] { return clusters.by_differences(centres); };
    return problem;
}

}  // namespace gradbench
