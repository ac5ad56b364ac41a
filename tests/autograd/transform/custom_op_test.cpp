// Operations with kernels of the user's own.
#include <cmath>
#include <span>
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::doubles;

namespace {

const auto my_exp = custom_op(
    "my_exp",
    [](auto x, auto y) {
        for (std::size_t i = 0; i < x.size(); ++i) y[i] = std::exp(x[i]);
    },
    [](const Tensor&, const Tensor& y, const Tensor& g) { return g * y; });

const auto my_dot = custom_op<2>(
    "my_dot",
    [](std::span<const double> a, std::span<const double> b, std::span<double> y) {
        y[0] = 0;
        for (std::size_t i = 0; i < a.size(); ++i) y[0] += a[i] * b[i];
    },
    [](const Tensor& a, const Tensor& b, const Tensor&, const Tensor& g) {
        return std::pair(g * b, g * a);
    },
    {.shape = [](const std::vector<Shape>&) { return Shape{}; }});

}  // namespace

TEST_CASE("a kernel over spans works in every transform") {
    const Tensor x = tensor({0.5, -1, 2}, f64);
    check_gradients([](const Tensor& t) { return my_exp(t) * t; }, x, {.order = 3});
    check_gradients([](const std::vector<Tensor>& t) { return my_dot(t[0], t[1]); }, {x, x * x + 1},
                    {.order = 3});
    CHECK(my_exp(x.cast(f32)).dtype() == f32);
    const Tensor batch = reshape(arange(6).cast(f64), {2, 3}) / 4;
    const auto slopes = vmap(grad([](const Tensor& t) { return sum(my_exp(t)); }))(batch);
    CHECK(doubles(slopes) == doubles(my_exp(batch)));
    CHECK(doubles(vmap(my_dot)(batch, batch)) == doubles(sum(batch * batch, 1)));
    const auto hessians =
        vmap(hessian([](const Tensor& t) { return my_dot(t, t) * sum(t); }))(batch);
    CHECK(hessians.shape() == Shape{2, 3, 3});
    auto captured = capture(
        [](const Tensor& t) { return grad([](const Tensor& u) { return sum(my_exp(u)); })(t); });
    for (int i = 0; i < 2; ++i) CHECK(doubles(captured(x)) == doubles(my_exp(x)));
    CHECK(doubles(grad(checkpoint([](const Tensor& t) { return sum(my_exp(t)); }))(x)) ==
          doubles(my_exp(x)));
}

TEST_CASE("what a custom operation can't do is said") {
    const Tensor x = ones({3}, f64);
    CHECK_THROWS_WITH(my_dot(x.cast(f32), x.cast(f32)), contains("[my_dot]") && contains("f32"));
    CHECK_THROWS_AS(my_exp(arange(3)), DTypeError);
    const auto without = custom_op("plain", [](auto a, auto y) { y[0] = a[0]; });
    CHECK_THROWS_WITH(grad([&](const Tensor& t) { return sum(without(t)); })(x),
                      contains("[plain]") && contains("no derivative"));
    const auto pair = custom_op<2>("pair", [](auto a, auto, auto y) { y[0] = a[0]; });
    CHECK_THROWS_AS(pair(x, ones({2}, f64)), ShapeError);
    CHECK_THROWS_AS(pair(x, ones({3}, f32)), DTypeError);
    const auto wrong = custom_op(
        "wrong", [](auto a, auto y) { y[0] = a[0]; },
        [](const Tensor&, const Tensor&, const Tensor& g) { return sum(g); });
    CHECK_THROWS_WITH(grad([&](const Tensor& t) { return sum(wrong(t)); })(x),
                      contains("[wrong]") && contains("wanted f64 (3,)"));
}
