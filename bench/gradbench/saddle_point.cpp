// GradBench's saddle: the x that makes maxᵧ g(x, y) least. Gradient ascent finds the inner y, and
// gradient descent the x, by the derivative through all steps of the ascent. GradBench's g is of
// two numbers each; this one is g = ½|x|² + xᵀB y - ½|y|² + Σ cos(xᵢ yᵢ) / 10 of any number.
#include <cmath>
#include <tuple>
#include <utility>
#include <vector>

#include "by_shikumi.hpp"
#include "differences.hpp"
#include "draws.hpp"

using namespace shikumi;

namespace gradbench {

namespace {

struct Descent {
    int inner, outer;  // numbers of steps
    double rate = 0.2;
};

Tensor saddle(const Tensor& x, const Tensor& y, const Tensor& B) {
    return 0.5 * sum(square(x)) + dot(x, matmul(B, y)) - 0.5 * sum(square(y)) +
           0.1 * sum(cos(x * y));
}

// The outer slope at the start, and x and y at the end.
std::tuple<Tensor, Tensor, Tensor> descend(const Tensor& start, const Tensor& B,
                                           const Descent& descent) {
    const auto highest = [&](const Tensor& x) {
        Tensor y = zeros_like(x);
        for (int i = 0; i < descent.inner; ++i) y = y + descent.rate * grad<1>(saddle)(x, y, B);
        return y;
    };
    const auto slope = grad([&](const Tensor& x) { return saddle(x, highest(x), B); });
    Tensor x = start;
    const Tensor first = slope(x);
    for (int i = 0; i < descent.outer; ++i) x = x - descent.rate * (i == 0 ? first : slope(x));
    return {first, x, highest(x)};
}

struct Saddle {
    int n;
    Numbers B;
    Descent descent;

    double value(const Numbers& x, const Numbers& y) const {
        double total = 0;
        for (int i = 0; i < n; ++i) {
            double By = 0;
            for (int j = 0; j < n; ++j) By += B[i * n + j] * y[j];
            total += x[i] * (x[i] / 2 + By) - y[i] * y[i] / 2 + std::cos(x[i] * y[i]) / 10;
        }
        return total;
    }
    // Bᵀ x - y - x sin(x y) / 10.
    Numbers slope_by_y(const Numbers& x, const Numbers& y) const {
        Numbers slope(n);
        for (int j = 0; j < n; ++j) slope[j] = -y[j] - x[j] * std::sin(x[j] * y[j]) / 10;
        for (int i = 0; i < n; ++i) {
            for (int j = 0; j < n; ++j) slope[j] += B[i * n + j] * x[i];
        }
        return slope;
    }
    // The y of each step of the ascent.
    std::vector<Numbers> ascent(const Numbers& x) const {
        std::vector<Numbers> all{Numbers(n)};
        for (int step = 0; step < descent.inner; ++step) {
            Numbers y = slope_by_y(x, all.back());
            for (int j = 0; j < n; ++j) y[j] = all.back()[j] + descent.rate * y[j];
            all.push_back(std::move(y));
        }
        return all;
    }
    double highest(const Numbers& x) const { return value(x, ascent(x).back()); }
    Numbers slope(const Numbers& x) const {
        const std::vector<Numbers> y = ascent(x);
        const Numbers& last = y.back();
        Numbers x_bar = x, y_bar = slope_by_y(x, last), pushed(n);
        for (int i = 0; i < n; ++i) {
            for (int j = 0; j < n; ++j) x_bar[i] += B[i * n + j] * last[j];
            x_bar[i] -= last[i] * std::sin(x[i] * last[i]) / 10;
        }
        // B meets the sum of all y_bar once.
        for (int step = descent.inner - 1; step >= 0; --step) {
            for (int i = 0; i < n; ++i) {
                const double xy = x[i] * y[step][i], sine = std::sin(xy), cosine = std::cos(xy);
                const double along = descent.rate * y_bar[i];
                pushed[i] += along;
                x_bar[i] -= along * (sine + xy * cosine) / 10;
                y_bar[i] -= along * (1 + x[i] * x[i] * cosine / 10);
            }
        }
        for (int i = 0; i < n; ++i) {
            for (int j = 0; j < n; ++j) x_bar[i] += B[i * n + j] * pushed[j];
        }
        return x_bar;
    }
    template <class Slope>
    Derivatives descended(const Numbers& start, Slope outer_slope) const {
        Numbers x = start, first;
        for (int step = 0; step < descent.outer; ++step) {
            const Numbers down = outer_slope(x);
            if (step == 0) first = down;
            for (int i = 0; i < n; ++i) x[i] -= descent.rate * down[i];
        }
        return {first, x, ascent(x).back()};
    }
};

}  // namespace

Problem saddle_point(Size size) {
    const int n = size == Size::small ? 3 : 20;
    Draws draws(11);
    const Saddle by_loops{n, draws.normals(n * n, 0.5 / std::sqrt(n)),
                          size == Size::small ? Descent{4, 3} : Descent{20, 10}};
    const Descent descent = by_loops.descent;
    const Numbers start = draws.normals(n);
    Problem problem{.name = "saddle",
                    .size = std::to_string(n) + " + " + std::to_string(n) + " numbers, " +
                            std::to_string(descent.outer) + " × " + std::to_string(descent.inner) +
                            " steps"};
    set_by_shikumi(
        problem, [=](const Tensor& x, const Tensor& B) { return descend(x, B, descent); },
        tensor(start), tensor(by_loops.B, {n, n}));
    problem.by_hand = [=] {
        return by_loops.descended(start, [&](const Numbers& x) { return by_loops.slope(x); });
    };
    problem.by_differences = [=] {
        return by_loops.descended(start, [&](const Numbers& x) {
            return gradient_by_differences([&](const Numbers& at) { return by_loops.highest(at); },
                                           x);
        });
    };
    return problem;
}

}  // namespace gradbench
