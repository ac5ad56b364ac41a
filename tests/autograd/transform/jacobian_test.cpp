// Jacobians and Hessians in either mode, of functions and of graphs.
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/elements.hpp"

using namespace shikumi;
using shikumi_test::doubles;

namespace {

void check_near(const Tensor& a, const Tensor& b) {
    REQUIRE(a.spec() == b.spec());
    const auto x = doubles(a), y = doubles(b);
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(x[i] == Approx(y[i]).margin(1e-12));
}

constexpr JacobianOptions forward{.mode = DerivativeMode::forward};
constexpr JacobianOptions reverse{.mode = DerivativeMode::reverse};

}  // namespace

TEST_CASE("both modes give the same Jacobian") {
    const Tensor x = reshape(arange(6).cast(f64), {2, 3}) / 3;
    const auto f = [](const Tensor& t) { return sin(matmul(transpose(t), t)) * sum(t, 0); };
    check_near(jacobian(f, forward)(x), jacobian(f, reverse)(x));
    CHECK(jacobian(f)(x).shape() == Shape{3, 3, 2, 3});
    const auto scalar_of = [&](const Tensor& t) { return sum(square(f(t))); };
    check_near(hessian(scalar_of, forward)(x), hessian(scalar_of, reverse)(x));
    CHECK(jacobian(f)(zeros({2, 0}, f64)).shape() == Shape{0, 0, 2, 0});
}

TEST_CASE("Jacobians, Hessians and products on a graph") {
    const Tensor x = identity(tensor({1, 2}, f64)), w = identity(tensor({3, 5}, f64));
    const Tensor y = x * x * w, total = sum(y);
    const auto blocks = jacobian(y, {x, w});
    CHECK(doubles(blocks[0]) == std::vector<double>{6, 0, 0, 20});
    CHECK(doubles(blocks[1]) == std::vector<double>{1, 0, 0, 4});
    const auto second = hessian(total, {x, w});
    CHECK(doubles(second[0][0]) == std::vector<double>{6, 0, 0, 10});
    CHECK(doubles(second[1][0]) == std::vector<double>{2, 0, 0, 4});
    CHECK(doubles(second[1][1]) == std::vector<double>{0, 0, 0, 0});
    const auto products = hvp(total, {x, w}, {ones({2}, f64), ones({2}, f64)});
    CHECK(doubles(products[0]) == std::vector<double>{8, 14});
    CHECK(doubles(products[1]) == std::vector<double>{2, 4});
}

TEST_CASE("Jacobians of Jacobians") {
    const Tensor x = tensor({0.5, 2}, f64);
    const auto f = [](const Tensor& t) { return t * t * t; };
    const Tensor second = jacobian(jacobian(f))(x);
    REQUIRE(second.shape() == Shape{2, 2, 2});
    CHECK(doubles(second) == std::vector<double>{3, 0, 0, 0, 0, 0, 0, 12});
    check_gradients([&](const Tensor& t) { return jacobian(f, forward)(t); }, x);
}
