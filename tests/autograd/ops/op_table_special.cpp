// Rows of special functions, of division with a remainder and of the rarer elementary functions.
#include <cmath>
#include <numbers>
#include <utility>

#include <shikumi/autograd/ops/detail/normal.hpp>

#include "elementwise_table.hpp"

namespace shikumi_test {

namespace {

using namespace shikumi;

constexpr Real pi = std::numbers::pi_v<Real>;

// log |Γ(x)| and its derivatives by Stirling's series far out, with the recurrence up to there
Real digamma_of(Real x) {
    Real below = 0;
    for (; x < 10000; ++x) below += 1 / x;
    return std::log(x) - 1 / (2 * x) - 1 / (12 * x * x) - below;
}
Real polygamma_of(int n, Real x) {
    Real sum = 0, factorial = 1;
    for (int k = 2; k <= n; ++k) factorial *= k;
    for (; x < 3000; ++x) sum += factorial / std::pow(x, n + 1);
    sum += factorial / n / std::pow(x, n) + factorial / (2 * std::pow(x, n + 1)) +
           factorial * (n + 1) / (12 * std::pow(x, n + 2));
    return n % 2 == 0 ? -sum : sum;
}

// By halves of the interval.
Real erfinv_of(Real y) {
    Real low = -10, high = 10;
    for (int i = 0; i < 100; ++i) {
        const Real middle = (low + high) / 2;
        (std::erf(middle) < y ? low : high) = middle;
    }
    return low;
}

// exp(-|x|) Iₙ(x) as the mean of cos(nt) exp(x cos t - |x|) over a turn
Real bessel_of(int n, Real x) {
    Real sum = 0;
    constexpr int steps = 200;
    for (int i = 0; i < steps; ++i) {
        const Real t = 2 * pi * i / steps;
        sum += std::cos(n * t) * std::exp(x * std::cos(t) - std::fabs(x));
    }
    return sum / steps;
}

Real ndtr_of(Real x) { return std::erfc(-x / std::numbers::sqrt2_v<Real>) / 2; }

void add_division(ElementwiseTable& table) {
    const auto quotient = [&](const char* name, Tensor (*op)(const Tensor&, const Tensor&),
                              Tensor (*with)(const Tensor&, Scalar),
                              Real (*reference)(Real, Real)) {
        table.binary(name, op, reference, real(-9, 9), real(0.6, 4)).on(Accepts::numbers);
        table.binary(name, op, reference, real(-9, 9), real(-4, -0.6)).on(Accepts::numbers);
        table
            .pointwise(
                name, "literal on the right", {real(-9, 9, {-9, -6, -3, 0, 3, 6, 9})},
                [with](const Inputs& t) { return with(t[0], 3); },
                [reference](const Real* x) { return reference(x[0], 3); })
            .on(Accepts::numbers);
    };
    quotient("floor_divide", floor_divide, floor_divide,
             [](Real a, Real b) { return std::floor(a / b); });
    quotient("remainder", remainder, remainder,
             [](Real a, Real b) { return a - b * std::floor(a / b); });
    quotient("fmod", fmod, fmod, [](Real a, Real b) { return a - b * std::trunc(a / b); });
    table
        .pointwise(
            "pow", "of integers", {real(-3, 4)}, [](const Inputs& t) { return pow(t[0], 5); },
            [](const Real* x) { return std::pow(x[0], Real{5}); })
        .on(Accepts::numbers);
}

void add_elementary(ElementwiseTable& table) {
    table.unary("exp2", exp2, std::exp2, -3, 3);
    table.unary("cbrt", cbrt, std::cbrt, 0.3, 4);
    table.unary("trunc", trunc, std::trunc, -3, 4, {-3, -2, -1, 0, 1, 2, 3, 4});
    table.unary(
        "deg2rad", deg2rad, [](Real x) { return x * pi / 180; }, -3, 4);
    table.unary(
        "rad2deg", rad2deg, [](Real x) { return x * 180 / pi; }, -3, 4);
    table.binary("hypot", hypot, std::hypot, real(-3, 3), real(0.4, 3));
    table.binary("copysign", copysign, std::copysign, real(-3, 3, {0}), real(-3, 3, {0}));
    table.binary(
        "heaviside", heaviside,
        [](Real x, Real at_zero) -> Real { return x == 0 ? at_zero : x > 0; }, real(-3, 3, {0}),
        real(-3, 3));
    table
        .binary(
            "float_power", float_power, [](Real a, Real b) { return std::pow(a, b); }, real(1, 3),
            real(-2, 3))
        .on(Accepts::numbers)
        .gives(f64)
        .differentiable(2);
}

void add_normal(ElementwiseTable& table) {
    table.unary("erfc", erfc, std::erfc, -2, 2);
    table.unary("erfinv", erfinv, erfinv_of, -0.9, 0.9);
    table.unary("ndtr", ndtr, ndtr_of, -3, 3);
    table.unary(
        "log_ndtr", log_ndtr, [](Real x) { return std::log(ndtr_of(x)); }, -4, 4);
    table.unary(
        "gaussian", detail::gaussian, [](Real x) { return std::exp(-x * x); }, -2, 2);
    table.unary(
        "normal_density", detail::normal_density,
        [](Real x) { return std::exp(-x * x / 2) / std::sqrt(2 * pi); }, -3, 3);
}

void add_gamma_and_bessel(ElementwiseTable& table) {
    table.unary(
        "lgamma", lgamma, [](Real x) { return std::log(std::tgamma(x)); }, 0.4, 5);
    table.unary("digamma", digamma, digamma_of, 0.4, 5);
    table.pointwise(
        "polygamma", "of order 0", {real(0.4, 5)},
        [](const Inputs& t) { return polygamma(0, t[0]); },
        [](const Real* x) { return digamma_of(x[0]); });
    table.pointwise(
        "polygamma", "of order 1", {real(0.5, 5)},
        [](const Inputs& t) { return polygamma(1, t[0]); },
        [](const Real* x) { return polygamma_of(1, x[0]); });
    table.pointwise(
        "polygamma", "of order 4", {real(0.9, 5)},
        [](const Inputs& t) { return polygamma(4, t[0]); },
        [](const Real* x) { return polygamma_of(4, x[0]); });
    table.unary("i0e", i0e, [](Real x) { return bessel_of(0, x); }, -4, 4, {0});
    table.unary("i1e", i1e, [](Real x) { return bessel_of(1, x); }, -4, 4, {0});
    table.unary("sinc", sinc, [](Real x) { return std::sin(pi * x) / (pi * x); }, -3, 3, {0});
}

void add_entropies(ElementwiseTable& table) {
    table.unary(
        "logit", logit, [](Real x) { return std::log(x / (1 - x)); }, 0.1, 0.9);
    table.unary(
        "entr", entr, [](Real x) { return -x * std::log(x); }, 0.2, 3);
    table.binary(
        "xlogy", xlogy, [](Real x, Real y) { return x * std::log(y); }, real(-2, 3), real(0.4, 4));
    table.binary(
        "xlog1py", xlog1py, [](Real x, Real y) { return x * std::log1p(y); }, real(-2, 3),
        real(-0.6, 3));
    table.binary(
        "logaddexp", logaddexp, [](Real a, Real b) { return std::log(std::exp(a) + std::exp(b)); },
        real(-3, 3), real(-3, 3));
}

void add_closeness(ElementwiseTable& table) {
    table
        .unary(
            "isinf", isinf, [](Real) -> Real { return 0; }, -3, 4)
        .gives(bool_);
    table.pointwise(
        "nan_to_num", "", {real(-3, 4)}, [](const Inputs& t) { return nan_to_num(t[0]); },
        [](const Real* x) { return x[0]; });
    table
        .pointwise(
            "isclose", "", {real(2, 5), real(2, 5)},
            [](const Inputs& t) { return isclose(t[0], t[1]); },
            [](const Real* x) -> Real { return x[0] == x[1]; })
        .on(Accepts::anything)
        .gives(bool_);
    table
        .row(
            "count_nonzero", "", {{Shape{3, 4}, -1, 1}},
            [](const Inputs& t) { return count_nonzero(t[0], 1, true); },
            [](const std::vector<Values>& x) {
                return generate({3, 1}, [&](const Position& p) {
                    Real count = 0;
                    for (Index i = 0; i < 4; ++i) count += x[0].at({p[0], i}) != 0;
                    return count;
                });
            })
        .on(Accepts::anything)
        .gives(i64);
    table
        .row(
            "full_like", "", {real(-3, 4)}, [](const Inputs& t) { return full_like(t[0], 1); },
            [](const std::vector<Values>& x) {
                return generate(x[0].shape, [](const Position&) { return Real{1}; });
            })
        .on(Accepts::anything)
        .differentiable(0);
    table.row(
        "masked_softmax", "", {{Shape{4, 3}, -3, 3}, {Shape{4, 3}, 0, 1, bool_}},
        [](const Inputs& t) { return masked_softmax(t[0], t[1], 0); },
        [](const std::vector<Values>& x) {
            return generate({4, 3}, [&](const Position& p) {
                Real sum = 0;
                for (Index i = 0; i < 4; ++i)
                    sum += x[1].at({i, p[1]}) != 0 ? std::exp(x[0].at({i, p[1]})) : 0;
                return x[1].at(p) != 0 ? std::exp(x[0].at(p)) / sum : 0;
            });
        });
}

}  // namespace

void add_special_rows(Rows& rows) {
    ElementwiseTable table(rows);
    add_division(table);
    add_elementary(table);
    add_normal(table);
    add_gamma_and_bessel(table);
    add_entropies(table);
    add_closeness(table);
}

}  // namespace shikumi_test
