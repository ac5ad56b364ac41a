// Ends, kinks and bad inputs of special functions, division and closeness; masks and choices.
#include <cmath>
#include <limits>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/infinity.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::infinity;

namespace {

using Reals = std::vector<double>;

Reals reals(const Tensor& t) { return t.to_vector<double>(); }
Tensor numbers(const Reals& x) { return tensor(x); }

// The gradient of the sum of f at x.
template <class F>
Reals slope(F f, const Reals& x) {
    const Tensor t = numbers(x);
    return reals(grad(sum(f(t)), {t})[0]);
}

// Whether two lists are the same, NaN included.
bool same(const Reals& a, const Reals& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
        return x == y || (std::isnan(x) && std::isnan(y));
    });
}

}  // namespace

TEST_CASE("ends of special functions", "[special]") {
    const double nan = std::nan("");
    CHECK(same(reals(erfinv(numbers({-1, 1, 2, nan}))), {-infinity, infinity, nan, nan}));
    CHECK(same(reals(lgamma(numbers({0, -1, infinity}))), {infinity, infinity, infinity}));
    CHECK(same(reals(digamma(numbers({0., -0., -1, infinity}))),
               {-infinity, infinity, nan, infinity}));
    CHECK(same(reals(polygamma(1, numbers({0, -2, infinity}))), {infinity, infinity, 0}));
    CHECK(same(reals(polygamma(2, numbers({0, -2}))), {nan, nan}));
    CHECK(same(reals(i0e(numbers({0, infinity, -infinity}))), {1, 0, 0}));
    CHECK(same(reals(sinc(numbers({0, 1, -2, infinity, nan}))), {1, 0, 0, 0, nan}));
    CHECK(same(reals(log_ndtr(numbers({-infinity, infinity}))), {-infinity, 0}));
    CHECK(same(reals(entr(numbers({-1, 0, 1, infinity}))), {-infinity, 0, 0, -infinity}));
    CHECK(same(reals(logit(numbers({0, 0.5, 1, 2}))), {-infinity, 0, infinity, nan}));
    CHECK(same(reals(hypot(numbers({infinity, nan}), numbers({nan, -infinity}))),
               {infinity, infinity}));
    CHECK(hypot(numbers({3e200}), numbers({4e200})).item<double>() == Approx(5e200));
    CHECK(same(reals(xlogy(numbers({0, 0}), numbers({0, nan}))), {0, nan}));
    CHECK(same(reals(logaddexp(numbers({-infinity, infinity}), numbers({-infinity, 1}))),
               {-infinity, infinity}));
}

TEST_CASE("gradients at the kinks of elementary functions", "[special]") {
    const Tensor zero = numbers({0, 3}), other = numbers({0, 4});
    const auto by_both = grad(sum(hypot(zero, other)), {zero, other});
    CHECK(reals(by_both[0]) == Reals{0, 0.6});
    CHECK(reals(by_both[1]) == Reals{0, 0.8});
    const auto twice = grad(sum(grad(sum(hypot(zero, other)), {zero})[0]), {zero});
    CHECK(reals(twice[0])[0] == 0);
    CHECK(slope([](auto& t) { return copysign(t, full_like(t, -1)); }, {0, 2, -2}) ==
          Reals{0, -1, 1});
    CHECK(slope([](auto& t) { return heaviside(t, full_like(t, 0.5)); }, {0, 1}) == Reals{0, 0});
    CHECK(slope([](auto& t) { return cbrt(t); }, {0, 8}) == Reals{infinity, 1 / 12.});
    CHECK(slope([](auto& t) { return nan_to_num(t); }, {infinity, std::nan(""), 2}) ==
          Reals{0, 0, 1});
    CHECK(slope([](auto& t) { return i0e(t); }, {0}) == Reals{0});
}

TEST_CASE("remainders have the sign of the divisor or of the dividend", "[special]") {
    const Tensor a = numbers({5.5, -5.5, 5.5, -5.5}), b = numbers({2, 2, -2, -2});
    CHECK(reals(remainder(a, b)) == Reals{1.5, 0.5, -0.5, -1.5});
    CHECK(reals(fmod(a, b)) == Reals{1.5, -1.5, 1.5, -1.5});
    CHECK(reals(floor_divide(a, b)) == Reals{2, -3, -3, 2});
    const Tensor i = tensor({7, -7, 7, -7, 7}, i32), j = tensor({2, 2, -2, -2, 0}, i32);
    CHECK(reals(remainder(i, j)) == Reals{1, 1, -1, -1, 0});
    CHECK(reals(fmod(i, j)) == Reals{1, -1, 1, -1, 0});
    CHECK(reals(floor_divide(i, j)) == Reals{3, -4, -4, 3, 0});
    const Tensor least = full({1}, std::numeric_limits<std::int32_t>::min(), i32);
    CHECK(reals(floor_divide(least, -1)) == reals(least));
    CHECK(reals(remainder(least, -1)) == Reals{0});
    const Tensor largest = full({1}, std::numeric_limits<std::int32_t>::max(), i32);
    CHECK(reals(floor_divide(least, largest)) == Reals{-2});
    CHECK(reals(remainder(least, largest)) == reals(largest - 1));
    CHECK(reals(floor_divide(tensor({250, 7}, u8), 4)) == Reals{62, 1});
    CHECK(reals(remainder(tensor({250, 7}, u8), 255)) == Reals{250, 7});
    // of the exact quotient, 9.99…
    const Tensor one = numbers({1}), tenth = numbers({0.1});
    CHECK(reals(grad(sum(remainder(one, tenth)), {tenth})[0]) == Reals{-9});
    CHECK(reals(grad(sum(fmod(one, tenth)), {tenth})[0]) == Reals{-9});
    CHECK(std::isnan(remainder(numbers({1}), 0).item<double>()));
    CHECK(floor_divide(numbers({1}), 0).item<double>() == infinity);
}

TEST_CASE("powers of integers", "[special]") {
    CHECK(reals(pow(tensor({-2, 3}, i64), 5)) == Reals{-32, 243});
    CHECK(reals(pow(tensor({0, 3}, i32), 0)) == Reals{1, 1});
    CHECK_THROWS_AS(pow(tensor({2}, i64), -1), ValueError);
    CHECK_THROWS_AS(pow(tensor({2}, i64), 0.5), DTypeError);
    CHECK(reals(float_power(tensor({2}, i64), tensor({-1}, i64))) == Reals{0.5});
}

TEST_CASE("a masked softmax gives 0 where nothing is left", "[special]") {
    const Tensor x = numbers({1, 2, 3, infinity, std::nan(""), 5}).reshape({2, 3});
    const Tensor mask = tensor({{1, 1, 0}, {0, 0, 0}}, bool_);
    const auto p = reals(masked_softmax(x, mask));
    CHECK(p[0] + p[1] == Approx(1));
    CHECK(p[1] / p[0] == Approx(std::exp(1)));
    CHECK(Reals(p.begin() + 2, p.end()) == Reals{0, 0, 0, 0});
    const Tensor y = numbers({1, 2, 3, 4, 5, 6}).reshape({2, 3});
    const Tensor g2 = grad(sum(square(masked_softmax(y, mask))), {y})[0];
    CHECK(Reals{reals(g2)[2], reals(g2)[3], reals(g2)[5]} == Reals{0, 0, 0});
    CHECK(reals(masked_softmax(y, tensor({1, 0, 1}, bool_), 1))[1] == 0);
    CHECK_THROWS_AS(masked_softmax(y, ones({2, 3})), DTypeError);
    CHECK_THROWS_AS(masked_softmax(y, ones({4, 2, 3}, bool_)), ShapeError);
    CHECK_THROWS_AS(masked_softmax(y, mask, 2), ShapeError);
}

TEST_CASE("closeness, and what is no number", "[special]") {
    const double nan = std::nan("");
    const Tensor a = numbers({1, infinity, infinity, nan, 1}),
                 b = numbers({1 + 1e-7, infinity, -infinity, nan, infinity});
    CHECK(reals(isclose(a, b)) == Reals{1, 1, 0, 0, 0});
    CHECK(reals(isclose(a, b, {.equal_nan = true})) == Reals{1, 1, 0, 1, 0});
    CHECK(!allclose(a, b));
    CHECK(allclose(a, a, {.equal_nan = true}));
    CHECK(allclose(arange(3), arange(3)));
    CHECK(!allclose(numbers({1}), numbers({1.1}), {.relative = 0.05, .absolute = 0}));
    CHECK_THROWS_AS(isclose(a, b, {.relative = -1}), ValueError);
    CHECK(reals(nan_to_num(a, {.nan = 7, .infinity = 8})) == Reals{1, 8, 8, 7, 1});
    CHECK(nan_to_num(tensor({-infinity})).item<float>() == std::numeric_limits<float>::lowest());
    CHECK(reals(isinf(a)) == Reals{0, 1, 1, 0, 0});
    CHECK(count_nonzero(a).item<Index>() == 5);
    CHECK_THROWS_WITH(count_nonzero(a, 1), contains("[count_nonzero]"));
}

TEST_CASE("random integers, categories and orders", "[special]") {
    Generator rng(5);
    const Tensor dice = random_integers({600}, rng, 1, 7, u8);
    CHECK(dice.dtype() == u8);
    for (Index i = 1; i < 7; ++i) CHECK(count_nonzero(equal(dice, i)).item<Index>() > 60);
    CHECK_THROWS_AS(random_integers({2}, rng, 3, 3), ValueError);
    CHECK_THROWS_AS(random_integers({2}, rng, 0, 300, u8), ValueError);
    CHECK_THROWS_AS(random_integers({2}, rng, 0, Index{1} << 40), ValueError);
    CHECK_THROWS_AS(random_integers({2}, rng, 0, 2, f32), DTypeError);
    const Tensor never = tensor({{0., -infinity}, {-infinity, 0.}}, f64);
    CHECK(reals(random_categorical(never, rng)) == Reals{0, 1});
    CHECK_THROWS_AS(random_categorical(scalar(1), rng), ShapeError);
    CHECK_THROWS_AS(random_categorical(arange(3), rng), DTypeError);
    const Tensor x = arange(20).cast(f64).reshape({2, 10});
    const Tensor shuffled = random_shuffle(x, rng, 1);
    CHECK(reals(sum(shuffled, 1)) == Reals{45, 145});
    CHECK(reals(shuffled) != reals(x));
    CHECK(reals(grad(sum(square(shuffled)), {x})[0]) == reals(2 * x));
    CHECK_THROWS_AS(random_shuffle(x, rng, 2), ShapeError);
    CHECK_THROWS_AS(random_shuffle(scalar(1), rng), ShapeError);
    CHECK_THROWS_AS(random_gumbel({2}, rng, i64), DTypeError);
    CHECK_THROWS_AS(polygamma(-1, x), ValueError);
    CHECK_THROWS_AS(polygamma(101, x), ValueError);
}
