// Functions of several arguments and of trees.
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::doubles;

namespace {

struct Weights {
    Tensor w, b;
    int layers = 1;
};

Tensor loss(const Weights& p, const Tensor& x) { return sum(square(matmul(x, p.w) + p.b)); }

const Weights weights{tensor({1, 2}, f64), scalar(0.5, f64)};
const Tensor data = reshape(arange(6).cast(f64), {3, 2});

}  // namespace

TEST_CASE("the gradient of a struct is such a struct") {
    const Weights g = grad(loss)(weights, data);
    const Tensor out = matmul(data, weights.w) + weights.b;
    CHECK(doubles(g.w) == doubles(matmul(transpose(data), 2 * out)));
    CHECK(doubles(g.b) == doubles(sum(2 * out)));
    CHECK(g.layers == 1);
    const auto [value, same] = value_and_grad(loss)(weights, data);
    CHECK(value.item<double>() == loss(weights, data).item<double>());
    CHECK(doubles(same.w) == doubles(g.w));
}

TEST_CASE("arguments are chosen by number") {
    const auto f = [](const Tensor& a, const Tensor& b, const Tensor& c) {
        return sum(a * b * b * c);
    };
    const Tensor a = scalar(2, f64), b = scalar(3, f64), c = scalar(5, f64);
    CHECK(grad(f)(a, b, c).item<double>() == 45);
    CHECK(grad<1>(f)(a, b, c).item<double>() == 60);
    const auto [by_c, by_a] = grad<2, 0>(f)(a, b, c);
    CHECK(by_c.item<double>() == 18);
    CHECK(by_a.item<double>() == 45);
    CHECK(jacobian<1>(f)(a, b, c).item<double>() == 60);
    CHECK(hessian<1>(f)(a, b, c).item<double>() == 20);
    const auto blocks = hessian<0, 1>(f)(a, b, c);
    CHECK(std::get<1>(blocks[0]).item<double>() == 30);
    const auto [y, pushed] = jvp(f, std::tuple(a, b, c), std::tuple(a, b, c));
    CHECK(pushed.item<double>() == 4 * y.item<double>());
    const auto [same, pulled] = vjp(f, std::tuple(a, b, c), scalar(1, f64));
    CHECK(std::get<1>(pulled).item<double>() == 60);
}

TEST_CASE("a function may give more than its value") {
    const auto f = [](const Tensor& x) { return std::pair(sum(x * x), std::vector{x + 1, x + 2}); };
    const Tensor x = tensor({1, 2}, f64);
    const auto [slope, more] = grad(f)(x);
    CHECK(doubles(slope) == std::vector<double>{2, 4});
    CHECK(doubles(more[1]) == std::vector<double>{3, 4});
    const auto [result, same] = value_and_grad(f)(x);
    CHECK(result.first.item<double>() == 5);
    CHECK(doubles(result.second[0]) == std::vector<double>{2, 3});
    CHECK(doubles(same) == doubles(slope));
}

TEST_CASE("results that are trees have trees of tangents and cotangents") {
    const auto f = [](const Weights& p) { return std::pair(p.w * p.b, p.layers); };
    const auto [y, t] = jvp(f, weights, {weights.w * 0, scalar(1, f64)});
    CHECK(doubles(t.first) == doubles(weights.w));
    const auto [same, pull] = vjp(f, weights);
    const Weights g = pull({tensor({1, 10}, f64), 0});
    CHECK(doubles(g.w) == std::vector<double>{0.5, 5});
    CHECK(g.b.item<double>() == 21);
    const auto both = jacobian([](const Tensor& x) { return std::tuple(x * x, sum(x)); })(data[1]);
    CHECK(doubles(std::get<0>(both)) == std::vector<double>{4, 0, 0, 6});
    CHECK(doubles(std::get<1>(both)) == std::vector<double>{1, 1});
    const auto blocks = jacobian(f)(weights);
    REQUIRE(blocks.size() == 1);
    CHECK(doubles(blocks[0].b) == doubles(weights.w));
    const Weights v = hvp([](const Weights& p) { return loss(p, data); }, weights,
                          {tensor({1, 0}, f64), scalar(0, f64)});
    CHECK(doubles(v.w) == doubles(2 * matmul(transpose(data), data[{Slice{}, 0}])));
}

TEST_CASE("a tree is a constant where its tensors are") {
    const auto f = [](const Weights& p) { return loss(stop_gradient(p), data) + sum(p.w); };
    CHECK(doubles(grad(f)(weights).w) == std::vector<double>{1, 1});
    CHECK(doubles(grad(f)(weights).b) == std::vector<double>{0});
}

TEST_CASE("several results are pulled back and pushed forward together") {
    const Tensor x = identity(tensor({1, 2}, f64)), y = x * x, z = sum(y), n = argmax(x);
    const auto g = vjp({y, z, n}, {x}, {ones({2}, f64), scalar(10, f64), Tensor()})[0];
    CHECK(doubles(g) == std::vector<double>{22, 44});
    const auto t = jvp({y, z, n, x}, {x}, {ones({2}, f64)});
    CHECK(doubles(t[0]) == std::vector<double>{2, 4});
    CHECK(t[1].item<double>() == 6);
    CHECK(t[2].dtype() == i64);
    CHECK(doubles(t[3]) == std::vector<double>{1, 1});
}

TEST_CASE("transforms nest with captured functions") {
    auto captured = capture([](const Tensor& x) { return sum(x * x * x); });
    const Tensor x = tensor({1, 2}, f64);
    auto slope = capture(
        [&](const Tensor& t) { return grad([&](const Tensor& u) { return captured(u); })(t); });
    for (int i = 0; i < 2; ++i) CHECK(doubles(slope(x)) == std::vector<double>{3, 12});
}

TEST_CASE("what has no derivative is refused in words") {
    const Tensor x = tensor({1, 2}, f64);
    const auto f = [](const Tensor& a, const Tensor& b) { return sum(a * 2) + sum(b) * 0; };
    const auto ignoring = [](const Tensor&, const Tensor& b) { return sum(b); };
    CHECK(doubles(grad(ignoring)(x, x)) == std::vector<double>{0, 0});
    CHECK_THROWS_WITH(grad(ignoring, {.strict = true})(x, x),
                      contains("[grad]") && contains("doesn't depend") && contains("tensor 0"));
    CHECK_NOTHROW(grad(f, {.strict = true})(x, x));
    CHECK_THROWS_AS(jacobian(ignoring, {.mode = DerivativeMode::forward, .strict = true})(x, x),
                    GradientError);
    CHECK_THROWS_WITH(grad(f)(arange(2), x), contains("integers"));
    CHECK_THROWS_WITH(grad([](const Tensor& t) { return t; })(x), contains("jacobian"));
    const NoGrad constant;
    CHECK_THROWS_WITH(grad(f)(x, x), contains("[grad]") && contains("NoGrad"));
    CHECK_THROWS_AS(jvp(f, std::tuple(x, x), std::tuple(x, x)), StateError);
    CHECK_THROWS_AS(hessian(f)(x, x), StateError);
}

TEST_CASE("a chain of a million operations is differentiated twice", "[slow]") {
    const Tensor x = scalar(0.5, f64);
    const auto chain = [](const Tensor& t) {
        Tensor y = t;
        for (int i = 0; i < 1'000'000; ++i) y = y + 1e-6;
        return y * y * y;
    };
    CHECK(grad(grad(chain))(x).item<double>() == Approx(6 * 1.5));
}
