// Hooks see gradients and replace them.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::doubles;

TEST_CASE("a hook observes the gradient") {
    const Tensor x = tensor({1, 2}, f64);
    std::vector<double> seen;
    const auto f = [&](const Tensor& t) {
        return sum(square(on_gradient(t, [&](const Tensor& g) { seen = doubles(g); })));
    };
    CHECK(doubles(grad(f)(x)) == std::vector<double>{2, 4});
    CHECK(seen == std::vector<double>{2, 4});
    CHECK(doubles(jvp(f, x, ones({2}, f64)).second) == std::vector<double>{6});
}

TEST_CASE("a hook replaces the gradient, in every order and for each example") {
    const Tensor x = tensor({1, 2}, f64);
    const auto f = [](const Tensor& t) {
        return sum(square(on_gradient(t, [](const Tensor& g) { return clip(g, -3, 3); })));
    };
    CHECK(doubles(grad(f)(x)) == std::vector<double>{2, 3});
    CHECK(doubles(hessian(f)(x)) == std::vector<double>{2, 0, 0, 0});
    const auto normal = [](const Tensor& t) {
        return sum(square(on_gradient(t, [](const Tensor& g) { return g / norm(g); })));
    };
    const Tensor batch = reshape(tensor({3, 4, 6, 8}, f64), {2, 2});
    const auto slopes = doubles(vmap(grad(normal))(batch));
    for (std::size_t i = 0; i < 4; ++i) CHECK(slopes[i] == Approx(i % 2 == 0 ? 0.6 : 0.8));
}

TEST_CASE("a hook that changes the shape is an error") {
    const Tensor x = ones({2}, f64);
    const auto f = [](const Tensor& t) {
        return sum(on_gradient(t, [](const Tensor& g) { return sum(g); }));
    };
    CHECK_THROWS_WITH(grad(f)(x), contains("[on_gradient]") && contains("(2,)"));
    CHECK_THROWS_AS(grad(f)(x), GradientError);
    CHECK_THROWS_AS(on_gradient(arange(3), [](const Tensor&) {}), GradientError);
}
