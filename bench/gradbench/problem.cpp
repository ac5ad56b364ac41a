#include "problem.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace gradbench {

std::vector<Problem> all_problems(Size size) {
    return {
        hello(size),         gaussian_mixture(size), bundle_adjustment(size), diagonal_lstm(size),
        hand_tracking(size), least_squares(size),    log_sum_exp(size),       runge_kutta(size),
        determinant(size),   charged_particle(size), saddle_point(size),      k_means(size)};
}

double largest_difference(const Derivatives& got, const Derivatives& expected) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (got.size() != expected.size()) return infinity;
    double largest = 0;
    for (std::size_t part = 0; part < got.size(); ++part) {
        if (got[part].size() != expected[part].size()) return infinity;
        double difference = 0, size = std::numeric_limits<double>::min();
        for (std::size_t i = 0; i < got[part].size(); ++i) {
            const double apart = std::abs(got[part][i] - expected[part][i]);
            if (!std::isfinite(apart)) return infinity;
            difference = std::max(difference, apart);
            size = std::max(size, std::abs(expected[part][i]));
        }
        largest = std::max(largest, difference / size);
    }
    return largest;
}

}  // namespace gradbench
