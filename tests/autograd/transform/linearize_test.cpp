// A linear approximation is applied to many tangents.
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::doubles;

TEST_CASE("a linearised function gives what jvp gives") {
    const Tensor x = tensor({1, 2}, f64), u = tensor({1, -1}, f64), v = tensor({0.5, 3}, f64);
    int calls = 0;
    const auto f = [&](const Tensor& t) {
        ++calls;
        return sin(t) * sum(t);
    };
    const auto both = linearize(f, x);
    const auto& linear = both.second;
    CHECK(doubles(both.first) == doubles(sin(x) * sum(x)));
    CHECK(doubles(linear(u)) == doubles(jvp(f, x, u).second));
    CHECK(doubles(linear(v)) == doubles(jvp(f, x, v).second));
    CHECK(calls == 3);
    check_gradients([&](const Tensor& t) { return linear(t); }, u);
    check_gradients([&](const Tensor& t) { return linearize(f, t).second(u); }, x);
    CHECK(doubles(vmap(linear)(stack({u, v}))[1]) == doubles(linear(v)));
    auto captured = capture([&](const Tensor& t) { return linearize(f, t).second(u); });
    CHECK(doubles(captured(x)) == doubles(linear(u)));
}

TEST_CASE("trees, lists, graphs and constants are linearised") {
    struct Point {
        Tensor x, y;
    };
    const Point p{scalar(2, f64), scalar(3, f64)}, d{scalar(1, f64), scalar(10, f64)};
    const auto area = [](const Point& q) { return std::pair(q.x * q.y, scalar(5, f64)); };
    const auto [value, linear] = linearize(area, p);
    CHECK(value.first.item<double>() == 6);
    CHECK(linear(d).first.item<double>() == 23);
    CHECK(linear(d).second.item<double>() == 0);
    const auto listed =
        linearize([](const std::vector<Tensor>& t) { return t[0] * t[1]; }, {p.x, p.y}).second;
    CHECK(listed({d.x, d.y}).item<double>() == 23);
    const Tensor x = identity(p.x), y = x * x;
    CHECK(linearize(std::vector{y}, {x})({d.y})[0].item<double>() == 40);
    CHECK_THROWS_WITH(linear({d.x, ones({2}, f64)}), contains("[linearize]"));
    CHECK_THROWS_AS(linearize([](const Tensor& t) { return t; }, arange(3)), GradientError);
}
