// GradBench's lse: the gradient of log Σ eˣ.
#include <algorithm>
#include <cmath>

#include "by_shikumi.hpp"
#include "differences.hpp"
#include "draws.hpp"

using namespace shikumi;

namespace gradbench {

namespace {

double log_sum(const Numbers& x) {
    const double largest = *std::max_element(x.begin(), x.end());
    double sum = 0;
    for (const double each : x) sum += std::exp(each - largest);
    return largest + std::log(sum);
}

// eˣ / Σ eˣ.
Numbers log_sum_slope(const Numbers& x) {
    const double largest = *std::max_element(x.begin(), x.end());
    Numbers slope(x.size());
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += slope[i] = std::exp(x[i] - largest);
    for (double& each : slope) each /= sum;
    return slope;
}

}  // namespace

Problem log_sum_exp(Size size) {
    const int n = size == Size::small ? 12 : 10'000;
    const Numbers x = Draws(7).normals(n, 2);
    Problem problem{.name = "lse", .size = std::to_string(n) + " numbers"};
    set_by_shikumi(problem, grad([](const Tensor& t) { return logsumexp(t); }), tensor(x));
    problem.by_hand = [=] { return Derivatives{log_sum_slope(x)}; };
    problem.by_differences = [=] { return Derivatives{gradient_by_differences(log_sum, x)}; };
    return problem;
}

}  // namespace gradbench
