// Derivatives: closed forms, nesting, errors, and a checker that finds mistakes.
#include "catch.hpp"
#include "support/elements.hpp"

#include <cmath>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::doubles;

namespace {

// Σ x³ + Π x.
Tensor cubes(const Tensor& x) { return sum(x * x * x) + prod(x); }
const double at[] = {1.0, 2.0, 3.0};
Tensor start() { return tensor(std::span<const double>(at)); }

// Mutants: sin with a wrong partial derivative, a reversal with a wrong adjoint, and a square with
// a right first and a wrong second derivative.
struct WrongSin final : Pointwise {
    std::string_view name() const noexcept override { return "wrong_sin"; }
    Spec infer(Specs in) const override { return floating_spec(name(), in); }
    kernels::BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return std::sin(x); });
    }
    Tensor partial(int, Tensors in, const Tensor&) const override { return cos(in[0]) + 1e-4; }
};
struct WrongFlip final : Multilinear {
    std::string_view name() const noexcept override { return "wrong_flip"; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override {
        const Index n = out.size();
        for (Index i = 0; i < n; ++i) out.as<double>()[i] = in[0].as<double>()[n - 1 - i];
    }
    Tensor adjoint(int, Tensors, const Tensor& g) const override { return g; }
};
struct WrongSecond final : General {
    std::string_view name() const noexcept override { return "wrong_second"; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override {
        for (Index i = 0; i < out.size(); ++i) {
            const double x = in[0].as<double>()[i];
            out.as<double>()[i] = x * x;
        }
    }
    Tensor vjp(int, Tensors in, const Tensor&, const Tensor& g) const override {
        return stop_gradient(in[0]) * 2.0 * g;
    }
};

}  // namespace

TEST_CASE("gradients, Hessians and Jacobians of closed forms") {
    const Tensor x = start();
    CHECK(doubles(grad(cubes)(x)) == std::vector<double>{3 + 6, 12 + 3, 27 + 2});
    CHECK(value_and_grad(cubes)(x).first.item<double>() == 36 + 6);
    const Tensor v = tensor({1.0, 0.0, -1.0}).cast(f64);
    CHECK(jvp(cubes, x, v).second.item<double>() == 9 - 29);
    CHECK(doubles(hessian(cubes)(x)) == std::vector<double>{6, 3, 2, 3, 12, 1, 2, 1, 18});
    CHECK(doubles(hvp(cubes, x, v)) == std::vector<double>{4, 2, -16});
    CHECK(doubles(vjp([](const Tensor& t) { return t * t; }, x, v).second) ==
          std::vector<double>{2, 0, -6});

    const Tensor j = jacobian([](const Tensor& t) { return sin(t) * t; })(x);
    REQUIRE(j.shape() == Shape{3, 3});
    for (int i = 0; i < 3; ++i) {
        for (int k = 0; k < 3; ++k) {
            const double wanted = i == k ? std::cos(at[i]) * at[i] + std::sin(at[i]) : 0;
            CHECK(doubles(j)[static_cast<std::size_t>(3 * i + k)] == Approx(wanted).margin(1e-15));
        }
    }
}

TEST_CASE("a Jacobian has the same shape in both modes") {
    const Tensor x = start();
    const Tensor tall = jacobian([](const Tensor& t) {
        return concatenate({t, t * t, t * 3.0});
    })(x);
    REQUIRE(tall.shape() == Shape{9, 3});
    CHECK(doubles(tall)[static_cast<std::size_t>(4 * 3 + 1)] == 4);
    CHECK(doubles(tall)[static_cast<std::size_t>(4 * 3 + 2)] == 0);
    const Tensor wide = jacobian([](const Tensor& t) { return sum(t * t); })(x);
    CHECK(wide.shape() == Shape{3});
    CHECK(doubles(wide) == std::vector<double>{2, 4, 6});
}

TEST_CASE("derivatives nest, also when the inner variable is the outer one") {
    const Tensor x = start();
    const auto second = grad([](const Tensor& t) { return sum(square(grad(cubes)(t))); })(x);
    // d/dx Σ gᵢ² = 2 H g
    CHECK(doubles(second) == std::vector<double>{2 * (6 * 9 + 3 * 15 + 2 * 29),
                                                 2 * (3 * 9 + 12 * 15 + 1 * 29),
                                                 2 * (2 * 9 + 1 * 15 + 18 * 29)});
    // d/dx (d/dy x y at y = x) = 1, not 2
    const auto confused = grad(
        [](const Tensor& t) { return sum(grad([&](const Tensor& u) { return sum(t * u); })(t)); });
    CHECK(doubles(confused(x)) == std::vector<double>{1, 1, 1});
    Function f = [](const Tensor& t) { return sum(exp(t * 0.5)); };
    for (int order = 0; order < 4; ++order) {
        const Function g = grad(f);
        f = [g](const Tensor& t) { return sum(g(t)); };
    }
    CHECK(f(x).item<double>() == Approx((std::exp(0.5) + std::exp(1.0) + std::exp(1.5)) / 16));
}

TEST_CASE("forward mode is the sum of gradients times tangents, whatever is in its list") {
    const Tensor x = tensor({3.}, f64), e = ones({1}, f64), u = 2 * x, v = u * x;
    const auto along = [](const Tensor& y, const std::vector<Tensor>& wrt,
                          const std::vector<Tensor>& tangents) {
        const std::vector<Tensor> slopes = grad(sum(y), wrt);
        double total = 0;
        for (std::size_t k = 0; k < wrt.size(); ++k)
            total += sum(slopes[k] * tangents[k]).item<double>();
        CHECK(jvp(y, wrt, tangents).item<double>() == Approx(total));
        return total;
    };
    CHECK(along(x * x, {x, x}, {e, 10 * e}) == 66);
    CHECK(along(u * u, {x, u}, {e, 0 * e}) == 24);
    CHECK(along(u * u, {u, x}, {5 * e, e}) == 24 + 60);
    CHECK(along(v * u, {x, v, u, x}, {e, 2 * e, 3 * e, 4 * e}) == 108 * 5 + 6 * 2 + 36 * 3);
    CHECK(along(u, {u}, {7 * e}) == 7);        // the result itself
    CHECK(along(u, {u, x}, {7 * e, e}) == 9);  // and what it depends on
    CHECK(along(x * x, {u, x}, {e, e}) == 6);  // u does not lead to x²
    CHECK(along(x * x, {u}, {e}) == 0);
    const std::vector<Tensor> parts = split(concatenate({x, u}), 2);
    CHECK(along(parts[0] * parts[1], {x, parts[1], parts[0]}, {e, e, 2 * e}) == 12 + 3 + 12);
}

TEST_CASE("a function of several tensors") {
    const FunctionOfMany f = [](const std::vector<Tensor>& t) {
        return sum(matmul(t[0], t[1])) + sum(t[0]);
    };
    const auto g = grad(f)({ones({2, 3}, f64), full({3, 4}, 2, f64)});
    CHECK(g[0].shape() == Shape{2, 3});
    CHECK(doubles(g[0])[0] == 9);
    CHECK(doubles(g[1])[0] == 2);
}

TEST_CASE("every transform takes functions of several tensors") {
    // f(a, b) = Σ aᵢ² bᵢ
    const auto f = [](const std::vector<Tensor>& t) { return sum(square(t[0]) * t[1]); };
    const Tensor a = tensor({2, 3}, f64), b = tensor({5, 7}, f64);
    const Tensor u = tensor({1, -1}, f64), v = tensor({0.5, 2}, f64);

    const auto [value, products] = vjp(f, {a, b}, scalar(2, f64));
    CHECK(value.item<double>() == 83);
    CHECK(doubles(products[0]) == std::vector<double>{40, 84});
    CHECK(doubles(products[1]) == std::vector<double>{8, 18});
    // 2 a b u + a² v
    CHECK(jvp(f, {a, b}, {u, v}).second.item<double>() == 20 - 42 + 2 + 18);

    const auto gradients = jacobian(f)({a, b});
    CHECK(doubles(gradients[0]) == std::vector<double>{20, 42});
    CHECK(doubles(gradients[1]) == std::vector<double>{4, 9});
    const auto outer = [](const std::vector<Tensor>& t) {
        return expand_dims(t[0], 1) * t[1];  // (2, 1) by (3)
    };
    const Tensor c = tensor({1, 2, 3}, f64);
    // By rows, and by columns where there are more results than elements.
    const auto twice = [&](const std::vector<Tensor>& t) {
        return concatenate({outer(t), outer(t)});
    };
    for (const auto& blocks : {jacobian(outer)({a, c}), jacobian(twice)({a, c})}) {
        REQUIRE(blocks.size() == 2);
        const Index rows = blocks[0].shape()[0];
        CHECK(blocks[0].shape() == Shape{rows, 3, 2});
        CHECK(blocks[1].shape() == Shape{rows, 3, 3});
        CHECK(doubles(blocks[0][Slice{0, 2}]) ==
              std::vector<double>{1, 0, 2, 0, 3, 0, 0, 1, 0, 2, 0, 3});
        CHECK(doubles(blocks[1][0]) == std::vector<double>{2, 0, 0, 0, 2, 0, 0, 0, 2});
    }

    const auto h = hessian(f)({a, b});
    CHECK(doubles(h[0][0]) == std::vector<double>{10, 0, 0, 14});
    CHECK(doubles(h[0][1]) == std::vector<double>{4, 0, 0, 6});
    CHECK(doubles(h[1][0]) == std::vector<double>{4, 0, 0, 6});
    CHECK(doubles(h[1][1]) == std::vector<double>{0, 0, 0, 0});
    const auto hv = hvp(f, {a, b}, {u, v});
    CHECK(doubles(hv[0]) == std::vector<double>{10 + 2, -14 + 12});
    CHECK(doubles(hv[1]) == std::vector<double>{4, -6});

    // One that doesn't depend on all of them, in a list of one, and of other shapes.
    CHECK(doubles(hessian([](const std::vector<Tensor>& t) { return sum(t[0]); })({a, b})[1][0]) ==
          std::vector<double>{0, 0, 0, 0});
    CHECK(doubles(hvp([](const std::vector<Tensor>& t) { return sum(square(t[0])); }, {a},
                      {u})[0]) == std::vector<double>{2, -2});
    CHECK(jacobian(outer)({a, zeros({0}, f64)})[0].shape() == Shape{2, 0, 2});
}

TEST_CASE("a generic lambda of one tensor is a function of one tensor") {
    const Tensor x = start(), v = ones({3}, f64);
    const auto f = [](const auto& t) { return sum(t * t); };
    CHECK(doubles(grad(f)(x)) == std::vector<double>{2, 4, 6});
    CHECK(doubles(jacobian(f)(x)) == std::vector<double>{2, 4, 6});
    CHECK(doubles(hvp(f, x, v)) == std::vector<double>{2, 2, 2});
    CHECK(jvp(f, x, v).second.item<double>() == 12);
    CHECK(doubles(vjp(f, x, scalar(1, f64)).second) == std::vector<double>{2, 4, 6});
}

TEST_CASE("errors name the transform that was called") {
    const Tensor x = start(), whole = arange(3), wide = ones({4}, f64);
    const Function f = [](const Tensor& t) { return sum(t * t); };
    const Function counts = [](const Tensor& t) { return argmax(t); };
    const Function vector = [](const Tensor& t) { return t * 2; };
    const Function nothing = [](const Tensor&) { return Tensor(); };
    const std::vector<std::pair<const char*, std::function<void()>>> mistakes{
        {"[grad]", [&] { grad(f)(whole); }},
        {"[grad]", [&] { grad(vector)(x); }},
        {"[grad]", [&] { grad(nothing)(x); }},
        {"[grad]", [&] { grad(sum(x), {whole}); }},
        {"[value_and_grad]", [&] { value_and_grad(f)(whole); }},
        {"[value_and_grad]", [&] { value_and_grad(vector)(x); }},
        {"[vjp]", [&] { vjp(f, whole, scalar(1, f64)); }},
        {"[vjp]", [&] { vjp(f, x, wide); }},
        {"[vjp]", [&] { vjp(nothing, x, wide); }},
        {"[vjp]", [&] { vjp(sum(x), {whole}, scalar(1, f64)); }},
        {"[jvp]", [&] { jvp(f, whole, whole); }},
        {"[jvp]", [&] { jvp(f, x, wide); }},
        {"[jvp]", [&] { jvp(sum(x), {x}, {}); }},
        {"[jacobian]", [&] { jacobian(f)(whole); }},
        {"[jacobian]", [&] { jacobian(counts)(x); }},
        {"[jacobian]", [&] { jacobian(nothing)(x); }},
        {"[hessian]", [&] { hessian(f)(whole); }},
        {"[hessian]", [&] { hessian(vector)(x); }},
        {"[hessian]", [&] { hessian(counts)(x); }},
        {"[hvp]", [&] { hvp(f, x, wide); }},
        {"[hvp]", [&] { hvp(f, whole, whole); }},
        {"[hvp]", [&] { hvp(vector, x, x); }},
        {"[backward]", [&] { x.backward(); }},
        {"[backward]", [&] { sum(whole).backward(); }},
    };
    for (const auto& [name, call] : mistakes) {
        INFO(name);
        CHECK_THROWS_WITH(call(), contains(name));
    }
    CHECK_THROWS_WITH(jacobian(counts)(x), contains("i64"));
}

TEST_CASE("a graph with the former value of a parameter has no silent gradient of 0") {
    Parameter w("w", tensor({2.0, 3.0})), other("other", tensor({1.0}));
    const Tensor old_value = w.value(), y = sum(w * w), one = scalar(1);
    w.assign(tensor({5.0, 6.0}));
    const Tensor tangent = ones({2});
    CHECK_THROWS_WITH(grad(y, {w.value()}), contains("[grad]") && contains("'w'"));
    CHECK_THROWS_AS(vjp(y, {w.value()}, one), GradientError);
    CHECK_THROWS_AS(jvp(y, {w.value()}, {tangent}), GradientError);
    CHECK_THROWS_AS(grad(y + sum(other.value()), {other.value(), w.value()}), GradientError);
    // Right: by the former value itself, and by a parameter that never was in the graph.
    CHECK(doubles(grad(y, {old_value})[0]) == std::vector<double>{4, 6});
    CHECK(doubles(grad(y, {other.value()})[0]) == std::vector<double>{0});
    CHECK(doubles(grad(sum(w * w), {w.value()})[0]) == std::vector<double>{10, 12});
    // A value that comes back is the current one.
    w.assign(old_value);
    CHECK_THROWS_AS(grad(y, {w.value()}), GradientError);
    const Tensor again = sum(w * 3);
    CHECK(doubles(grad(again, {w.value()})[0]) == std::vector<double>{3, 3});
}

TEST_CASE("mistakes in differentiation are explained") {
    const Tensor x = ones({3});
    CHECK_THROWS_WITH(grad([](const Tensor& t) { return t * 2; })(x),
                      contains("(3,)") && contains("jacobian"));
    CHECK_THROWS_WITH(grad([](const Tensor& t) { return sum(t); })(arange(3)), contains("i64"));
    CHECK_THROWS_AS(grad([](const Tensor& t) { return argmax(t); })(x), GradientError);
    CHECK_THROWS_AS(jvp([](const Tensor& t) { return t; }, x, ones({4})), GradientError);
    CHECK_THROWS_AS(vjp([](const Tensor& t) { return t; }, x, ones({3}, f64)), GradientError);
    CHECK_THROWS_AS(sum(x).backward(), GradientError);
    CHECK(doubles(grad([](const Tensor&) { return scalar(1.0); })(x)) ==
          std::vector<double>{0, 0, 0});
}

TEST_CASE("backward adds to the gradients of current trainable parameters") {
    Parameter w("w", tensor({2.0, 3.0})), frozen("frozen", tensor({5.0, 5.0}));
    frozen.set_trainable(false);
    const auto loss = [&] { return sum(w * w * frozen); };
    CHECK_THROWS_AS(w.grad(), GradientError);
    loss().backward();
    loss().backward();
    CHECK(doubles(w.grad()) == std::vector<double>{40, 60});
    CHECK_FALSE(frozen.has_grad());
    const Tensor stale = loss();
    w.assign(tensor({1.0, 1.0}));
    CHECK_THROWS_AS(stale.backward(), GradientError);
}

TEST_CASE("the gradient checker accepts right derivatives") {
    check_gradients(cubes, start());
    check_gradients([](const Tensor& t) { return tanh(t) * t; }, start(), {.order = 3});
    check_gradients(
        [](const std::vector<Tensor>& t) { return matmul(t[0], t[1]); },
        {random_normal({2, 3}, *std::make_unique<Generator>(3), 0, 1, f64), ones({3, 4}, f64)});
    CHECK_THROWS_AS(check_gradients(cubes, ones({3})), DTypeError);
}

TEST_CASE("the gradient checker catches planted mistakes") {
    CHECK_THROWS_AS(check_gradients([](const Tensor& t) { return record(WrongSin{}, t); }, start()),
                    GradientError);
    CHECK_THROWS_AS(
        check_gradients([](const Tensor& t) { return record(WrongFlip{}, t); }, start()),
        GradientError);
    const auto second = [](const Tensor& t) { return record(WrongSecond{}, t); };
    check_gradients(second, start(), {.order = 1});
    CHECK_THROWS_AS(check_gradients(second, start(), {.order = 2}), GradientError);
}
