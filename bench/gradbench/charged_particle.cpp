// GradBench's particle: a charged particle flies from (0, 8) with velocity (0.75, 0) past charges
// at (10, 10 - w) and (10, 0), in Euler's steps, until it meets the x axis. Newton's method looks
// for the w with which it meets the axis in the origin. The acceleration is a gradient, so the
// slope and the curvature of the miss are derivatives of second and third order.
//
// The number of steps is fixed, so that the flight is one graph: the last one ends near the axis,
// and the velocity there leads on to it. Newton begins where the miss is convex, and each of its
// steps is a graph of its own.
#include <array>
#include <cmath>
#include <memory>
#include <tuple>

#include "by_shikumi.hpp"
#include "differences.hpp"

using namespace shikumi;

namespace gradbench {

namespace {

struct Flight {
    int steps;
    double dt;
};

Tensor potential_between_charges(const Tensor& s, const Tensor& w) {
    const Tensor ten = scalar(10, f64);
    return 1 / norm(s - stack({ten, ten - w})) + 1 / norm(s - tensor({10, 0}, f64));
}

Tensor squared_miss(const Tensor& w, const Flight& flight) {
    Tensor s = tensor({0, 8}, f64), v = tensor({0.75, 0}, f64);
    for (int i = 0; i < flight.steps; ++i) {
        const Tensor a = -grad(potential_between_charges)(s, w);
        s = s + flight.dt * v;
        v = v + flight.dt * a;
    }
    return square(s[0] - v[0] / v[1] * s[1]);
}

// Slope and curvature of the miss, and the next w.
std::tuple<Tensor, Tensor, Tensor> newton_for_control(const Tensor& w, const Flight& flight) {
    const auto miss = [&](const Tensor& t) { return squared_miss(t, flight); };
    const auto [slope, curvature] = jvp(grad(miss), w, ones_like(w));
    return {slope, curvature, w - slope / curvature};
}

struct Miss {
    double value, slope, curvature;
};

// The flight with the first and second derivatives of place and velocity by w, forward.
Miss fly(double w, const Flight& flight) {
    std::array<double, 2> s{0, 8}, s1{}, s2{}, v{0.75, 0}, v1{}, v2{};
    for (int step = 0; step < flight.steps; ++step) {
        std::array<double, 2> a{}, a1{}, a2{};
        for (const bool moves : {true, false}) {
            const std::array u{s[0] - 10, moves ? s[1] - 10 + w : s[1]};
            const std::array u1{s1[0], moves ? s1[1] + 1 : s1[1]};
            const double r = u[0] * u[0] + u[1] * u[1];  // the distance's square
            const double r1 = 2 * (u[0] * u1[0] + u[1] * u1[1]);
            const double r2 = 2 * (u1[0] * u1[0] + u1[1] * u1[1] + u[0] * s2[0] + u[1] * s2[1]);
            const double g = 1 / (r * std::sqrt(r));
            const double g1 = -1.5 * g / r * r1;
            const double g2 = -1.5 * g / r * r2 - 2.5 / r * g1 * r1;
            for (int i = 0; i < 2; ++i) {
                a[i] += u[i] * g;
                a1[i] += u1[i] * g + u[i] * g1;
                a2[i] += s2[i] * g + 2 * u1[i] * g1 + u[i] * g2;
            }
        }
        for (int i = 0; i < 2; ++i) {
            s[i] += flight.dt * v[i];
            s1[i] += flight.dt * v1[i];
            s2[i] += flight.dt * v2[i];
            v[i] += flight.dt * a[i];
            v1[i] += flight.dt * a1[i];
            v2[i] += flight.dt * a2[i];
        }
    }
    const double q = v[0] / v[1];
    const double q1 = (v1[0] - q * v1[1]) / v[1];
    const double q2 = (v2[0] - 2 * q1 * v1[1] - q * v2[1]) / v[1];
    const double x = s[0] - q * s[1];
    const double x1 = s1[0] - q1 * s[1] - q * s1[1];
    const double x2 = s2[0] - q2 * s[1] - 2 * q1 * s1[1] - q * s2[1];
    return {x * x, 2 * x * x1, 2 * (x1 * x1 + x * x2)};
}

// Newton's steps by what gives slope, curvature and the next w: those of each, one after another.
template <class Step>
Derivatives newton(double w, int steps, Step step) {
    Derivatives all;
    for (int i = 0; i < steps; ++i) {
        Derivatives each = step(w);
        w = each[2][0];
        all.insert(all.end(), each.begin(), each.end());
    }
    return all;
}

Derivatives newton_by_loops(double w, const Miss& miss) {
    return {{miss.slope}, {miss.curvature}, {w - miss.slope / miss.curvature}};
}

}  // namespace

Problem charged_particle(Size size) {
    const Flight flight = size == Size::small ? Flight{71, 0.5} : Flight{176, 0.2};
    const int steps = size == Size::small ? 1 : 3;
    const double start = 0.3;
    Problem problem{
        .name = "particle",
        .size = std::to_string(flight.steps) + " steps, " + std::to_string(steps) + " of Newton's"};
    const auto step = [=](const Tensor& w) { return newton_for_control(w, flight); };
    problem.recorded = [=] {
        return newton(start, steps, [&](double w) { return numbers_of(step(scalar(w, f64))); });
    };
    const auto captured = std::make_shared<Captured<decltype(step)>>(step);
    problem.captured = [=] {
        return newton(start, steps,
                      [&](double w) { return numbers_of((*captured)(scalar(w, f64))); });
    };
    problem.by_hand = [=] {
        return newton(start, steps, [&](double w) { return newton_by_loops(w, fly(w, flight)); });
    };
    problem.by_differences = [=] {
        const auto slope = [&](const Numbers& w) {
            return gradient_by_differences(
                [&](const Numbers& at) { return fly(at[0], flight).value; }, w);
        };
        return newton(start, steps, [&](double w) {
            return newton_by_loops(w, {0, slope({w})[0], jacobian_by_differences(slope, {w})[0]});
        });
    };
    return problem;
}

}  // namespace gradbench
