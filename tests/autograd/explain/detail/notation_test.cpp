// How operations and their derivatives are written.
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include <shikumi/autograd/explain/explain.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace {

// An operation, how it and its derivative are written, and what that says of a number x and the
// result y.
struct Row {
    Tensor (*operation)(const Tensor&);
    std::string value, derivative;
    double (*slope)(double x, double y);
};

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

const std::vector<Row> rows{
    {[](const Tensor& x) { return -x; }, "-x", "-1", [](double, double) { return -1.0; }},
    {square, "x²", "2·x", [](double x, double) { return 2 * x; }},
    {[](const Tensor& x) { return pow(x, 2.5); }, "x^2.5", "2.5·x^(2.5 - 1)",
     [](double x, double) { return 2.5 * std::pow(x, 1.5); }},
    {[](const Tensor& x) { return 2 / x; }, "2 / x", "-2 / x²",
     [](double x, double) { return -2 / (x * x); }},
    {[](const Tensor& x) { return x / -2; }, "x / (-2)", "1 / (-2)",
     [](double, double) { return -0.5; }},
    {reciprocal, "1 / x", "-y²", [](double, double y) { return -y * y; }},
    {abs, "|x|", "sign x", [](double, double) { return 1.0; }},
    {sqrt, "√x", "1 / (2·y)", [](double, double y) { return 1 / (2 * y); }},
    {rsqrt, "1 / √x", "-y³ / 2", [](double, double y) { return -y * y * y / 2; }},
    {cbrt, "∛x", "1 / (3·y²)", [](double, double y) { return 1 / (3 * y * y); }},
    {exp, "exp x", "y", [](double, double y) { return y; }},
    {exp2, "2^x", "y·ln 2", [](double, double y) { return y * std::numbers::ln2; }},
    {expm1, "exp x - 1", "y + 1", [](double, double y) { return y + 1; }},
    {log, "ln x", "1 / x", [](double x, double) { return 1 / x; }},
    {log2, "log₂ x", "1 / (x·ln 2)", [](double x, double) { return 1 / (x * std::log(2)); }},
    {log10, "log₁₀ x", "1 / (x·ln 10)", [](double x, double) { return 1 / (x * std::log(10)); }},
    {log1p, "ln(1 + x)", "1 / (1 + x)", [](double x, double) { return 1 / (1 + x); }},
    {sin, "sin x", "cos x", [](double x, double) { return std::cos(x); }},
    {cos, "cos x", "-sin x", [](double x, double) { return -std::sin(x); }},
    {tan, "tan x", "1 + y²", [](double, double y) { return 1 + y * y; }},
    {asin, "arcsin x", "1 / √(1 - x²)", [](double x, double) { return 1 / std::sqrt(1 - x * x); }},
    {acos, "arccos x", "-1 / √(1 - x²)",
     [](double x, double) { return -1 / std::sqrt(1 - x * x); }},
    {atan, "arctan x", "1 / (1 + x²)", [](double x, double) { return 1 / (1 + x * x); }},
    {sinh, "sinh x", "cosh x", [](double x, double) { return std::cosh(x); }},
    {cosh, "cosh x", "sinh x", [](double x, double) { return std::sinh(x); }},
    {tanh, "tanh x", "1 - y²", [](double, double y) { return 1 - y * y; }},
    {asinh, "arsinh x", "1 / √(1 + x²)", [](double x, double) { return 1 / std::sqrt(1 + x * x); }},
    {[](const Tensor& x) { return acosh(x + 1); }, "arcosh v₁", "1 / √(v₁² - 1)",
     [](double x, double) { return 1 / std::sqrt((x + 1) * (x + 1) - 1); }},
    {atanh, "artanh x", "1 / (1 - x²)", [](double x, double) { return 1 / (1 - x * x); }},
    {erf, "erf x", "2·exp(-x²) / √π",
     [](double x, double) { return 2 * std::exp(-x * x) / std::sqrt(std::numbers::pi); }},
    {sigmoid, "σ(x)", "y·(1 - y)", [](double, double y) { return y * (1 - y); }},
    {softplus, "ln(1 + exp x)", "σ(x)", [](double x, double) { return logistic(x); }},
    {softsign, "x / (1 + |x|)", "1 / (1 + |x|)²",
     [](double x, double) { return 1 / ((1 + x) * (1 + x)); }},
    {relu, "max(0, x)", "[x > 0]", [](double, double) { return 1.0; }},
    {relu6, "min(max(0, x), 6)", "[0 < x < 6]", [](double, double) { return 1.0; }},
    {[](const Tensor& x) { return maximum(x, 0.5); }, "max(x, 0.5)", "[x > 0.5]",
     [](double x, double) { return x > 0.5 ? 1.0 : 0.0; }},
    {[](const Tensor& x) { return minimum(x, 0.5); }, "min(x, 0.5)", "[x < 0.5]",
     [](double x, double) { return x < 0.5 ? 1.0 : 0.0; }},
};

}  // namespace

TEST_CASE("what a notation says of a derivative is what the operation's rule gives") {
    const std::vector<double> points{0.3, 0.8};
    const Tensor x = tensor(points);
    for (const Row& row : rows) {
        INFO(row.value);
        const Tensor y = row.operation(x);
        const Explanation e = explain(sum(y), {{"x", x}}, {.names = {{"y", y}}});
        CHECK(e["y"].rule == "y = " + row.value);
        REQUIRE(e["y"].locals.size() == 1);
        const std::string& local = e["y"].locals[0];
        CHECK(local.substr(local.find(" = ") + 3) == row.derivative);
        const auto values = e["y"].value.to_vector<double>();
        const auto adjoints = e["x"].adjoint.to_vector<double>();
        for (std::size_t i = 0; i < points.size(); ++i)
            CHECK(adjoints[i] == Approx(row.slope(points[i], values[i])).epsilon(1e-12));
    }
}

TEST_CASE("what a notation says becomes of an adjoint is what the operation's rule gives") {
    const Tensor x = tensor({{0.3, 0.8, -0.5}, {0.1, 0.2, 0.9}}, f64);
    const Tensor weights = tensor({{1.0, -2.0, 0.5}, {3.0, 0.7, -1.0}}, f64);
    const auto adjoint = [&](const Tensor& y, const std::string& rule) {
        const Explanation e = explain(sum(y * weights), {{"x", x}}, {.names = {{"y", y}}});
        CHECK(e["x"].adjoint_rule == "δx = " + rule);
        return e["x"].adjoint;
    };
    const Tensor d = weights, y = softmax(x);
    CHECK(allclose(adjoint(y, "y·(δy - Σ δy·y)"), y * (d - sum(d * y, -1, true))));
    const Tensor z = log_softmax(x);
    CHECK(allclose(adjoint(z, "δy - exp(y)·Σ δy"), d - exp(z) * sum(d, -1, true)));
    const Explanation turned = explain(sum(square(transpose(x))), {{"x", x}});
    CHECK(turned["x"].adjoint_rule == "δx = δv₁ᵀ");
    const Explanation both = explain(
        sum(square(matmul(transpose(x), transpose(weights[{Slice{}, Slice{0, 2}}])))), {{"x", x}});
    CHECK(both["x"].adjoint_rule.find(")ᵀ") != std::string::npos);
    const Explanation mean_of = explain(mean(x), {{"x", x}}, {.names = {}});
    CHECK(mean_of.result().rule == "L = (Σ x) / 6");
    CHECK(mean_of["x"].adjoint_rule == "δx = δL / 6");
}
