// Rows of arithmetic, comparison, logic, functions of one number, activations.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include <shikumi/autograd/ops/detail/averages.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>

#include "elementwise_table.hpp"

namespace shikumi_test {

namespace {

using namespace shikumi;

const Sample truth{small, 0, 1, bool_};

class PointwiseTable : public ElementwiseTable {
public:
    using ElementwiseTable::ElementwiseTable;

    /// The operation with a literal of 3 on the right, or on the left.
    Row& right(const char* name, Tensor (*op)(const Tensor&, Scalar), Real (*reference)(Real, Real),
               Sample a) {
        return pointwise(
            name, "literal on the right", {std::move(a)},
            [op](const Inputs& t) { return op(t[0], 3); },
            [reference](const Real* x) { return reference(x[0], 3); });
    }
    Row& left(const char* name, Tensor (*op)(Scalar, const Tensor&), Real (*reference)(Real, Real),
              Sample b) {
        return pointwise(
            name, "literal on the left", {std::move(b)},
            [op](const Inputs& t) { return op(3, t[0]); },
            [reference](const Real* x) { return reference(3, x[0]); });
    }
};

void add_arithmetic(PointwiseTable& table) {
    constexpr auto add = [](Real a, Real b) { return a + b; };
    constexpr auto subtract = [](Real a, Real b) { return a - b; };
    constexpr auto multiply = [](Real a, Real b) { return a * b; };
    constexpr auto divide = [](Real a, Real b) { return a / b; };
    constexpr auto power = [](Real a, Real b) { return std::pow(a, b); };
    constexpr auto larger = [](Real a, Real b) { return a > b ? a : b; };
    constexpr auto smaller = [](Real a, Real b) { return a < b ? a : b; };
    const Sample any = real(-3, 4), away = real(0.5, 3), positive = real(0.4, 2.5);

    table.binary("operator+", shikumi::operator+, add, any, any).on(Accepts::numbers);
    table.right("operator+", shikumi::operator+, add, any).on(Accepts::numbers);
    table.left("operator+", shikumi::operator+, add, any).on(Accepts::numbers);
    table.binary("operator-", shikumi::operator-, subtract, any, any).on(Accepts::numbers);
    table.right("operator-", shikumi::operator-, subtract, any).on(Accepts::numbers);
    table.left("operator-", shikumi::operator-, subtract, any).on(Accepts::numbers);
    table
        .unary(
            "operator-", shikumi::operator-, [](Real x) { return -x; }, -3, 4)
        .on(Accepts::numbers);
    table.binary("operator*", shikumi::operator*, multiply, any, any).on(Accepts::numbers);
    table.right("operator*", shikumi::operator*, multiply, any).on(Accepts::numbers);
    table.left("operator*", shikumi::operator*, multiply, any).on(Accepts::numbers);
    table.binary("operator/", shikumi::operator/, divide, any, away);
    table.right("operator/", shikumi::operator/, divide, any);
    table.left("operator/", shikumi::operator/, divide, away);

    table.binary("pow", pow, power, positive, any);
    table.right("pow", pow, power, any).on(Accepts::numbers);
    table.left("pow", pow, power, any);
    table
        .pointwise(
            "pow", "squared", {any}, [](const Inputs& t) { return pow(t[0], 2); },
            [](const Real* x) { return x[0] * x[0]; })
        .on(Accepts::numbers);
    table.pointwise(
        "pow", "a real exponent", {positive}, [](const Inputs& t) { return pow(t[0], -1.5); },
        [](const Real* x) { return std::pow(x[0], Real{-1.5}); });

    table.binary("maximum", maximum, larger, any, any).on(Accepts::numbers);
    table.right("maximum", maximum, larger, real(1, 5, {3})).on(Accepts::numbers);
    table.left("maximum", maximum, larger, real(1, 5, {3})).on(Accepts::numbers);
    table.left("minimum", minimum, smaller, real(1, 5, {3})).on(Accepts::numbers);
    table.binary("minimum", minimum, smaller, any, any).on(Accepts::numbers);
    table.right("minimum", minimum, smaller, real(1, 5, {3})).on(Accepts::numbers);
    table
        .pointwise(
            "clip", "", {real(-3, 4, {-1, 2})}, [](const Inputs& t) { return clip(t[0], -1, 2); },
            [](const Real* x) { return x[0] < -1  ? -1
                                       : x[0] > 2 ? 2
                                                  : x[0]; })
        .on(Accepts::numbers);
    const Sample low = real(-1, 1), high = real(1.5, 3);
    table
        .pointwise(
            "clip", "tensors", {any, low, high},
            [](const Inputs& t) { return clip(t[0], t[1], t[2]); },
            [](const Real* x) { return std::min(std::max(x[0], x[1]), x[2]); })
        .on(Accepts::numbers);
    table
        .pointwise(
            "clip", "a number above", {real(-3, 4, {3}), low},
            [](const Inputs& t) { return clip(t[0], t[1], 3); },
            [](const Real* x) { return std::min(std::max(x[0], x[1]), Real{3}); })
        .on(Accepts::numbers);
    table
        .pointwise(
            "clip", "a number below", {real(-3, 4, {-2}), high},
            [](const Inputs& t) { return clip(t[0], -2, t[1]); },
            [](const Real* x) { return std::min(std::max(x[0], Real{-2}), x[1]); })
        .on(Accepts::numbers);
    const auto between = [](const Real* x) { return x[0] + (x[1] - x[0]) * x[2]; };
    table.pointwise(
        "lerp", "", {real(-2, 2), real(-2, 2), real(0, 1, {3})},
        [](const Inputs& t) { return lerp(t[0], t[1], t[2]); }, between);
    table.pointwise(
        "lerp", "a number", {real(-2, 2), real(-2, 2)},
        [](const Inputs& t) { return lerp(t[0], t[1], 0.25); },
        [](const Real* x) { return x[0] + (x[1] - x[0]) * Real{0.25}; });
    table.pointwise(
        "moving_average", "", {real(-2, 2), real(-2, 2), real(0, 1, {3})},
        [](const Inputs& t) { return detail::moving_average(t[0], t[1], t[2]); }, between);
    table.pointwise(
        "moving_average", "a number", {real(-2, 2), real(-2, 2)},
        [](const Inputs& t) { return detail::moving_average(t[0], t[1], 0.25); },
        [](const Real* x) { return x[0] + (x[1] - x[0]) * Real{0.25}; });
}

void add_comparisons(PointwiseTable& table) {
    constexpr auto less = [](Real a, Real b) -> Real { return a < b; };
    constexpr auto less_equal = [](Real a, Real b) -> Real { return a <= b; };
    constexpr auto greater = [](Real a, Real b) -> Real { return a > b; };
    constexpr auto greater_equal = [](Real a, Real b) -> Real { return a >= b; };
    constexpr auto same = [](Real a, Real b) -> Real { return a == b; };
    constexpr auto other = [](Real a, Real b) -> Real { return a != b; };
    const Sample any = real(2, 5);

    const auto relation = [&](const char* name, Tensor (*op)(const Tensor&, const Tensor&),
                              Tensor (*with)(const Tensor&, Scalar),
                              Tensor (*before)(Scalar, const Tensor&),
                              Real (*reference)(Real, Real)) {
        table.binary(name, op, reference, any, any).on(Accepts::anything).gives(bool_);
        table.right(name, with, reference, any).on(Accepts::numbers).gives(bool_);
        if (before) table.left(name, before, reference, any).on(Accepts::numbers).gives(bool_);
    };
    relation("operator<", operator<, operator<, operator<, less);
    relation("operator<=", operator<=, operator<=, operator<=, less_equal);
    relation("operator>", operator>, operator>, operator>, greater);
    relation("operator>=", operator>=, operator>=, operator>=, greater_equal);
    relation("equal", equal, equal, nullptr, same);
    relation("not_equal", not_equal, not_equal, nullptr, other);

    table
        .binary(
            "logical_and", logical_and, [](Real a, Real b) -> Real { return a != 0 && b != 0; },
            truth, truth)
        .gives(bool_);
    table
        .binary(
            "logical_or", logical_or, [](Real a, Real b) -> Real { return a != 0 || b != 0; },
            truth, truth)
        .gives(bool_);
    table.binary("logical_xor", logical_xor, other, truth, truth).gives(bool_);
    table
        .pointwise(
            "logical_not", "", {truth}, [](const Inputs& t) { return logical_not(t[0]); },
            [](const Real* x) -> Real { return x[0] == 0; })
        .gives(bool_);
    table
        .unary(
            "isnan", isnan, [](Real) -> Real { return 0; }, -3, 4)
        .gives(bool_);
    table
        .unary(
            "isfinite", isfinite, [](Real) -> Real { return 1; }, -3, 4)
        .gives(bool_);

    table
        .pointwise(
            "where", "tensors", {truth, real(-3, 4), real(-3, 4)},
            [](const Inputs& t) { return where(t[0], t[1], t[2]); },
            [](const Real* x) { return x[0] != 0 ? x[1] : x[2]; })
        .on(Accepts::anything);
    table
        .pointwise(
            "where", "literal on the right", {truth, real(-3, 4)},
            [](const Inputs& t) { return where(t[0], t[1], 3); },
            [](const Real* x) { return x[0] != 0 ? x[1] : 3; })
        .on(Accepts::numbers);
    table
        .pointwise(
            "where", "literal on the left", {truth, real(-3, 4)},
            [](const Inputs& t) { return where(t[0], 3, t[1]); },
            [](const Real* x) { return x[0] != 0 ? 3 : x[1]; })
        .on(Accepts::numbers);
    table
        .pointwise(
            "where", "two numbers", {truth}, [](const Inputs& t) { return where(t[0], 3, 0.5); },
            [](const Real* x) { return x[0] != 0 ? Real{3} : Real{0.5}; })
        .gives(f32);
}

void add_functions(PointwiseTable& table) {
    table.unary("exp", exp, std::exp, -3, 3);
    table.unary("expm1", expm1, std::expm1, -2, 2);
    table.unary("log", log, std::log, 0.3, 4);
    table.unary("log1p", log1p, std::log1p, -0.6, 3);
    table.unary("log2", log2, std::log2, 0.3, 4);
    table.unary("log10", log10, std::log10, 0.3, 4);
    table.unary("sqrt", sqrt, std::sqrt, 0.3, 4);
    table.unary(
        "rsqrt", rsqrt, [](Real x) { return 1 / std::sqrt(x); }, 0.3, 4);
    table
        .unary(
            "square", square, [](Real x) { return x * x; }, -3, 4)
        .on(Accepts::numbers);
    table.unary(
        "reciprocal", reciprocal, [](Real x) { return 1 / x; }, 0.4, 3);
    table.unary("abs", abs, std::fabs, -3, 4, {0}).on(Accepts::numbers);
    table.unary("sign", sign, [](Real x) -> Real { return x > 0   ? 1
                                                          : x < 0 ? -1
                                                                  : 0; }, -3, 4, {0})
        .on(Accepts::numbers);
    const std::vector<double> whole{-3, -2, -1, 0, 1, 2, 3, 4};
    const std::vector<double> halves{-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5};
    table.unary("floor", floor, std::floor, -3, 4, whole);
    table.unary("ceil", ceil, std::ceil, -3, 4, whole);
    table.unary("round", round, std::nearbyint, -3, 4, halves);
    table.unary("sin", sin, std::sin, -3, 3);
    table.unary("cos", cos, std::cos, -3, 3);
    table.unary("tan", tan, std::tan, -1.2, 1.2);
    table.unary("asin", asin, std::asin, -0.8, 0.8);
    table.unary("acos", acos, std::acos, -0.8, 0.8);
    table.unary("atan", atan, std::atan, -3, 3);
    table.binary("atan2", atan2, std::atan2, real(0.4, 3), real(-3, 3));
    table.unary("sinh", sinh, std::sinh, -2, 2);
    table.unary("cosh", cosh, std::cosh, -2, 2);
    table.unary("tanh", tanh, std::tanh, -2, 2);
    table.unary("asinh", asinh, std::asinh, -3, 3);
    table.unary("acosh", acosh, std::acosh, 1.3, 4);
    table.unary("atanh", atanh, std::atanh, -0.8, 0.8);
    table.unary("erf", erf, std::erf, -2, 2);
}

Real hard_gate(Real x) { return std::clamp<Real>(x / 6 + 0.5L, 0, 1); }

void add_hard_activations(PointwiseTable& table) {
    table.unary("hard_sigmoid6", hard_sigmoid6, hard_gate, -5, 5, {-3, 3});
    table.unary("hard_silu", hard_silu, [](Real x) { return x * hard_gate(x); }, -5, 5, {-3, 3});
    table.unary("hard_tanh", hard_tanh, [](Real x) { return std::clamp<Real>(x, -1, 1); }, -3, 3,
                {-1, 1});
    table.unary("sparse_sigmoid", sparse_sigmoid,
                [](Real x) { return std::clamp<Real>((x + 1) / 2, 0, 1); }, -3, 3, {-1, 1});
    table.unary("sparse_plus", sparse_plus,
                [](Real x) { return x >= 1    ? x
                                    : x <= -1 ? 0
                                              : (x + 1) * (x + 1) / 4; }, -3, 3,
                {-1, 1});
    table.unary(
        "tanh_shrink", tanh_shrink, [](Real x) { return x - std::tanh(x); }, -3, 3);
    table.pointwise(
        "hard_shrink", "by default", {real(-3, 3, {-0.5, 0.5})},
        [](const Inputs& t) { return hard_shrink(t[0]); },
        [](const Real* x) -> Real { return std::fabs(x[0]) > 0.5L ? x[0] : 0; });
    table.pointwise(
        "hard_shrink", "", {real(-3, 3, {-1, 1})},
        [](const Inputs& t) { return hard_shrink(t[0], 1); },
        [](const Real* x) -> Real { return std::fabs(x[0]) > 1 ? x[0] : 0; });
    table.pointwise(
        "soft_shrink", "by default", {real(-3, 3, {-0.5, 0.5})},
        [](const Inputs& t) { return soft_shrink(t[0]); },
        [](const Real* x) { return x[0] - std::clamp<Real>(x[0], -0.5L, 0.5L); });
    table.pointwise(
        "soft_shrink", "", {real(-3, 3, {-1, 1})},
        [](const Inputs& t) { return soft_shrink(t[0], 1); },
        [](const Real* x) { return x[0] - std::clamp<Real>(x[0], -1, 1); });
    table.pointwise(
        "threshold", "", {real(-3, 3, {0.5})},
        [](const Inputs& t) { return threshold(t[0], 0.5, -2); },
        [](const Real* x) -> Real { return x[0] > 0.5L ? x[0] : -2; });
    table.pointwise(
        "celu", "by default", {real(-3, 4, {0})}, [](const Inputs& t) { return celu(t[0]); },
        [](const Real* x) { return x[0] > 0 ? x[0] : std::expm1(x[0]); });
    table.pointwise(
        "celu", "", {real(-3, 4, {0})}, [](const Inputs& t) { return celu(t[0], 2); },
        [](const Real* x) { return x[0] > 0 ? x[0] : 2 * std::expm1(x[0] / 2); });
    table.pointwise(
        "squareplus", "by default", {real(-4, 4)}, [](const Inputs& t) { return squareplus(t[0]); },
        [](const Real* x) { return (x[0] + std::sqrt(x[0] * x[0] + 4)) / 2; });
    table.pointwise(
        "squareplus", "", {real(-4, 4)}, [](const Inputs& t) { return squareplus(t[0], 1); },
        [](const Real* x) { return (x[0] + std::sqrt(x[0] * x[0] + 1)) / 2; });
    const auto halves = [&](const char* label, const Shape& shape, const Shape& half,
                            std::size_t axis, std::function<Tensor(const Inputs&)> call) {
        table.row("glu", label, {{shape, -4, 4}}, std::move(call),
                  [half, axis](const std::vector<Values>& x) {
                      return generate(half, [&](Position p) {
                          const Real a = x[0].at(p);
                          p[axis] += half[static_cast<int>(axis)];
                          return a / (1 + std::exp(-x[0].at(p)));
                      });
                  });
    };
    halves("by default", {2, 6}, {2, 3}, 1, [](const Inputs& t) { return glu(t[0]); });
    halves("the first axis", {4, 3}, {2, 3}, 0, [](const Inputs& t) { return glu(t[0], 0); });
}

void add_activations(PointwiseTable& table) {
    constexpr auto sigma = [](Real x) -> Real { return 1 / (1 + std::exp(-x)); };
    table.unary("sigmoid", sigmoid, sigma, -4, 4);
    table.unary(
        "log_sigmoid", log_sigmoid, [](Real x) { return -std::log1p(std::exp(-x)); }, -4, 4);
    table.unary("relu", relu, [](Real x) -> Real { return x > 0 ? x : 0; }, -3, 4, {0})
        .on(Accepts::numbers);
    table.pointwise(
        "sigmoid_gradient", "", {real(-4, 4), real(-3, 3)},
        [](const Inputs& t) { return detail::sigmoid_gradient(t[0], t[1]); },
        [](const Real* x) -> Real {
            return x[1] / ((1 + std::exp(-x[0])) * (1 + std::exp(x[0])));
        });
    table.pointwise(
        "tanh_gradient", "", {real(-2, 2), real(-3, 3)},
        [](const Inputs& t) { return detail::tanh_gradient(t[0], t[1]); },
        [](const Real* x) -> Real { return x[1] / (std::cosh(x[0]) * std::cosh(x[0])); });
    table.pointwise(
        "multiply_no_nan", "", {real(-3, 3), real(-2, 2, {0})},
        [](const Inputs& t) { return detail::multiply_no_nan(t[0], t[1]); },
        [](const Real* x) -> Real { return x[0] * x[1]; });
    table.pointwise(
        "relu_gradient", "", {real(-2, 2, {0}), real(-3, 3)},
        [](const Inputs& t) { return detail::relu_gradient(t[0], t[1]); },
        [](const Real* x) -> Real { return x[0] > 0 ? x[1] : 0; });
    table.unary("relu6", relu6, [](Real x) -> Real { return x < 0   ? 0
                                                            : x > 6 ? 6
                                                                    : x; }, -3, 9,
                {0, 6});
    table.pointwise(
        "leaky_relu", "", {real(-3, 4, {0})}, [](const Inputs& t) { return leaky_relu(t[0], 0.1); },
        [](const Real* x) -> Real { return x[0] > 0 ? x[0] : 0.1 * x[0]; });
    table.pointwise(
        "leaky_relu", "by default", {real(-3, 4, {0})},
        [](const Inputs& t) { return leaky_relu(t[0]); },
        [](const Real* x) -> Real { return x[0] > 0 ? x[0] : Real{0.2} * x[0]; });
    table.pointwise(
        "elu", "by default", {real(-3, 4, {0})}, [](const Inputs& t) { return elu(t[0]); },
        [](const Real* x) -> Real { return x[0] > 0 ? x[0] : std::expm1(x[0]); });
    table.pointwise(
        "elu", "", {real(-3, 4, {0})}, [](const Inputs& t) { return elu(t[0], 0.7); },
        [](const Real* x) -> Real { return x[0] > 0 ? x[0] : 0.7 * std::expm1(x[0]); });
    table.unary("selu", selu,
                [](Real x) {
                    return 1.0507009873554804934L *
                           (x > 0 ? x : 1.6732632423543772848L * std::expm1(x));
                },
                -3, 4, {0});
    table.pointwise(
        "gelu", "exact", {real(-3, 3)}, [](const Inputs& t) { return gelu(t[0]); },
        [](const Real* x) { return x[0] / 2 * std::erfc(-x[0] / std::numbers::sqrt2_v<Real>); });
    table.pointwise(
        "gelu", "approximate", {real(-3, 3)}, [](const Inputs& t) { return gelu(t[0], true); },
        [](const Real* x) {
            const Real root = std::sqrt(2 / std::numbers::pi_v<Real>);
            return x[0] / 2 * (1 + std::tanh(root * (x[0] + 0.044715L * x[0] * x[0] * x[0])));
        });
    table.unary(
        "silu", silu, [](Real x) { return x / (1 + std::exp(-x)); }, -4, 4);
    table.unary(
        "softplus", softplus, [](Real x) { return std::log(1 + std::exp(x)); }, -4, 4);
    table.unary("softsign", softsign, [](Real x) { return x / (1 + std::fabs(x)); }, -4, 4, {0});
    table.unary(
        "mish", mish, [](Real x) { return x * std::tanh(std::log1p(std::exp(x))); }, -4, 4);
    table.unary("hard_sigmoid", hard_sigmoid,
                [](Real x) -> Real {
                    const Real y = 0.2L * x + 0.5L;
                    return y < 0 ? 0 : y > 1 ? 1 : y;
                },
                -4, 4, {-2.5, 2.5});
    add_hard_activations(table);
}

}  // namespace

void add_pointwise_rows(Rows& rows) {
    PointwiseTable table(rows);
    add_arithmetic(table);
    add_comparisons(table);
    add_functions(table);
    add_activations(table);
}

}  // namespace shikumi_test
