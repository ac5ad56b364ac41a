// GradBench's ode: y₀' = x₀, yᵢ' = xᵢ yᵢ₋₁ from y = 0 to time 2 by the classical method of Runge
// and Kutta, and the gradient of the last component by x.
#include <cstddef>

#include "by_shikumi.hpp"
#include "differences.hpp"
#include "draws.hpp"

using namespace shikumi;

namespace gradbench {

namespace {

constexpr double end_time = 2;

Tensor last_component(const Tensor& x, int steps) {
    const double h = end_time / steps;
    const auto rate = [&](const Tensor& y) {
        return x * concatenate({ones({1}, f64), y[Slice{.stop = -1}]});
    };
    Tensor y = zeros_like(x);
    for (int step = 0; step < steps; ++step) {
        const Tensor k1 = rate(y), k2 = rate(y + h / 2 * k1);
        const Tensor k3 = rate(y + h / 2 * k2), k4 = rate(y + h * k3);
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return y[-1];
}

struct Chain {
    int n, steps;

    double step_size() const { return end_time / steps; }

    // rate = (x₀, x₁ at₀, x₂ at₁, …) for at = y + scale · k.
    void stage(const double* x, const double* y, double scale, const double* k, double* at,
               double* rate) const {
        for (int i = 0; i < n; ++i) at[i] = y[i] + scale * k[i];
        rate[0] = x[0];
        for (int i = 1; i < n; ++i) rate[i] = x[i] * at[i - 1];
    }
    // A step from y to `next`. `places` gets the four arguments of the rate, one after the other.
    void step(const double* x, const double* y, double* places, double* next) const {
        const double h = step_size();
        Numbers k(4 * n);
        stage(x, y, 0, y, places, &k[0]);
        stage(x, y, h / 2, &k[0], places + n, &k[n]);
        stage(x, y, h / 2, &k[n], places + 2 * n, &k[2 * n]);
        stage(x, y, h, &k[2 * n], places + 3 * n, &k[3 * n]);
        for (int i = 0; i < n; ++i)
            next[i] = y[i] + h / 6 * (k[i] + 2 * k[n + i] + 2 * k[2 * n + i] + k[3 * n + i]);
    }
    double objective(const Numbers& x) const {
        Numbers y(n), places(4 * n), next(n);
        for (int s = 0; s < steps; ++s) {
            step(x.data(), y.data(), places.data(), next.data());
            y.swap(next);
        }
        return y[n - 1];
    }
    // Adds the cotangent of x, and gives that of `at`, for a cotangent of the rate there.
    void stage_back(const double* x, const double* at, const double* rate_bar, double* at_bar,
                    double* x_bar) const {
        x_bar[0] += rate_bar[0];
        for (int i = 1; i < n; ++i) {
            x_bar[i] += rate_bar[i] * at[i - 1];
            at_bar[i - 1] = rate_bar[i] * x[i];
        }
        at_bar[n - 1] = 0;
    }
    Numbers gradient(const Numbers& x) const {
        const double h = step_size();
        Numbers y(n), next(n), places(4 * n * steps);
        for (int s = 0; s < steps; ++s) {
            step(x.data(), y.data(), &places[4 * n * s], next.data());
            y.swap(next);
        }
        Numbers x_bar(n), y_bar(n), k_bar(n), at_bar(n), sum(n);
        y_bar[n - 1] = 1;
        constexpr double weights[] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
        constexpr double offsets[] = {0, 0.5, 0.5,
                                      1};  // of a stage from y along the last stage's k
        for (int s = steps - 1; s >= 0; --s) {
            sum = y_bar;
            for (int stage = 3; stage >= 0; --stage) {
                const double by_later = stage == 3 ? 0 : h * offsets[stage + 1];
                for (int i = 0; i < n; ++i)
                    k_bar[i] = h * weights[stage] * y_bar[i] + by_later * at_bar[i];
                stage_back(x.data(), &places[4 * n * s + n * stage], k_bar.data(), at_bar.data(),
                           x_bar.data());
                for (int i = 0; i < n; ++i) sum[i] += at_bar[i];
            }
            y_bar.swap(sum);
        }
        return x_bar;
    }
};

}  // namespace

Problem runge_kutta(Size size) {
    const Chain chain = size == Size::small ? Chain{4, 5} : Chain{20, 100};
    Draws draws(8);
    Numbers x;
    for (int i = 0; i < chain.n; ++i) x.push_back(draws.uniform(0.5, 1.5));
    Problem problem{
        .name = "ode",
        .size = std::to_string(chain.n) + " components, " + std::to_string(chain.steps) + " steps"};
    const auto last = [steps = chain.steps](const Tensor& t) { return last_component(t, steps); };
    set_by_shikumi(problem, grad(last), tensor(x));
    problem.by_hand = [=] { return Derivatives{chain.gradient(x)}; };
    problem.by_differences = [=] {
        return Derivatives{
            gradient_by_differences([&](const Numbers& at) { return chain.objective(at); }, x)};
    };
    return problem;
}

}  // namespace gradbench
