// Edge cases of pointwise operations: kinks, ties, infinities, overflow.
#include <cmath>
#include <cstdint>
#include <limits>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/elements.hpp"
#include "support/infinity.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::doubles;
using shikumi_test::infinity;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

using List = std::vector<double>;

Tensor vector(const List& x) { return tensor(x); }

// The n-th derivative of f at each element of x.
List derivative(const Function& f, const List& x, int n = 1) {
    const Function slope = [&f](const Tensor& t) { return grad(sum(f(t)), {t})[0]; };
    if (n == 1) return doubles(slope(vector(x)));
    return derivative([&](const Tensor& t) { return slope(t); }, x, n - 1);
}

}  // namespace

TEST_CASE("gradients at kinks are those that the header states", "[pointwise]") {
    CHECK(derivative(shikumi::abs, {-1, 0, 1}) == List{-1, 0, 1});
    CHECK(derivative(relu, {-1, 0, 1}) == List{0, 0, 1});
    CHECK(derivative(relu6, {-1, 0, 3, 6, 7}) == List{0, 0, 1, 0, 0});
    CHECK(derivative([](auto& x) { return clip(x, -1, 2); }, {-2, -1, 0, 2, 3}) ==
          List{0, 1, 1, 1, 0});
    CHECK(derivative([](auto& x) { return elu(x); }, {0}) == List{1});
    CHECK(derivative([](auto& x) { return leaky_relu(x, 0.5); }, {-1, 0, 1}) == List{0.5, 0.5, 1});
    CHECK(derivative(softsign, {0}) == List{1});
    CHECK(derivative(sign, {-1, 0, 1}) == List{0, 0, 0});
    CHECK(derivative(shikumi::round, {0.4}) == List{0});
}

TEST_CASE("ties share the gradient", "[pointwise]") {
    const Tensor a = vector({1, 2, 3}), b = vector({3, 2, 1});
    for (const bool larger : {true, false}) {
        const auto g = grad(sum(larger ? maximum(a, b) : minimum(a, b)), {a, b});
        CHECK(doubles(g[0]) == (larger ? List{0, 0.5, 1} : List{1, 0.5, 0}));
        CHECK(doubles(g[1]) == (larger ? List{1, 0.5, 0} : List{0, 0.5, 1}));
    }
    CHECK(derivative([](auto& x) { return maximum(x, x); }, {1.5}) == List{1});
}

TEST_CASE("a power has exact derivatives at zero and below", "[pointwise]") {
    const auto to = [](double b) { return [b](const Tensor& x) { return pow(x, b); }; };
    CHECK(derivative(to(0), {-2, 0, 3}) == List{0, 0, 0});
    CHECK(derivative(to(1), {-2, 0, 3}) == List{1, 1, 1});
    CHECK(derivative(to(2), {-2, 0, 3}) == List{-4, 0, 6});
    CHECK(derivative(to(3), {-2, 0, 3}) == List{12, 0, 27});
    CHECK(derivative(to(0), {-2, 0, 3}, 2) == List{0, 0, 0});
    CHECK(derivative(to(1), {-2, 0, 3}, 2) == List{0, 0, 0});
    CHECK(derivative(to(2), {-2, 0, 3}, 2) == List{2, 2, 2});
    CHECK(derivative(to(3), {-2, 0, 3}, 2) == List{-12, 0, 18});
    CHECK(derivative(to(2), {-2, 0, 3}, 3) == List{0, 0, 0});
    CHECK(derivative(to(3), {-2, 0, 3}, 4) == List{0, 0, 0});
    CHECK(derivative(to(-1), {-2, 4}) == List{-0.25, -0.0625});

    const Tensor a = vector({0, 0, 1}), b = vector({2, 0, 3});
    const auto g = grad(sum(pow(a, b)), {a, b});
    CHECK(doubles(g[0]) == List{0, 0, 3});
    CHECK(doubles(g[1]) == List{0, 0, 0});
    CHECK(derivative([](auto& x) { return pow(0, x); }, {2}) == List{0});
}

TEST_CASE("factors of 1 and -1 keep their derivatives", "[pointwise]") {
    CHECK(derivative([](auto& x) { return x * x; }, {1}, 2) == List{2});
    const Tensor one = scalar(1, f64), minus = scalar(-1, f64);
    const Function product = [](const Tensor& x) { return x * x * x; };
    CHECK(grad(grad(product))(one).item<double>() == 6);
    CHECK(grad(grad(product))(minus).item<double>() == -6);
    const Tensor y = scalar(2, f64);
    CHECK(grad(grad(y * one, {y})[0], {one})[0].item<double>() == 1);
}

TEST_CASE("large arguments don't overflow", "[pointwise]") {
    const List far{-1000, -800, 800, 1000};
    CHECK(doubles(sigmoid(vector(far))) == List{0, 0, 1, 1});
    CHECK(doubles(softplus(vector(far))) == List{0, 0, 800, 1000});
    CHECK(doubles(log_sigmoid(vector(far))) == List{-1000, -800, 0, 0});
    CHECK(doubles(elu(vector(far))) == List{-1, -1, 800, 1000});
    CHECK(doubles(silu(vector(far))) == List{0, 0, 800, 1000});
    CHECK(doubles(mish(vector(far))) == List{0, 0, 800, 1000});
    CHECK(doubles(tanh(vector(far))) == List{-1, -1, 1, 1});
    CHECK(derivative(sigmoid, far) == List{0, 0, 0, 0});
    CHECK(derivative(softplus, far) == List{0, 0, 1, 1});
    CHECK(derivative(log_sigmoid, far) == List{1, 1, 0, 0});
    CHECK(derivative([](auto& x) { return elu(x); }, far) == List{0, 0, 1, 1});
    CHECK(derivative(silu, far) == List{0, 0, 1, 1});
    CHECK(derivative(mish, far) == List{0, 0, 1, 1});
    CHECK(derivative([](auto& x) { return gelu(x); }, far) == List{0, 0, 1, 1});
    CHECK(derivative([](auto& x) { return gelu(x, true); }, far) == List{0, 0, 1, 1});
    CHECK(derivative([](auto& x) { return elu(x); }, far, 2) == List{0, 0, 0, 0});
    CHECK(derivative(softplus, far, 2) == List{0, 0, 0, 0});
    CHECK(sigmoid(scalar(-50, f64)).item<double>() == Approx(std::exp(-50.0)).epsilon(1e-14));
    CHECK(softplus(scalar(-50, f64)).item<double>() == Approx(std::exp(-50.0)).epsilon(1e-14));
    CHECK(softplus(scalar(infinity, f64)).item<double>() == infinity);
}

TEST_CASE("the side that `where` does not choose has no effect", "[pointwise]") {
    const Tensor x = vector({-1, 0, 2});
    const Tensor broken = vector({not_a_number, infinity, not_a_number});
    CHECK(doubles(where(x < 5, x, broken)) == doubles(x));
    CHECK(doubles(where(x > 5, broken, x)) == doubles(x));
    const auto g = grad(sum(where(x < 5, square(x), broken)), {x, broken});
    CHECK(doubles(g[0]) == List{-2, 0, 4});
    CHECK(doubles(g[1]) == List{0, 0, 0});
}

TEST_CASE("NaN passes through", "[pointwise]") {
    const Tensor x = vector({not_a_number, 1}), y = vector({1, not_a_number});
    for (const Tensor& t : {maximum(x, y), minimum(x, y), x + y}) {
        CHECK(std::isnan(doubles(t)[0]));
        CHECK(std::isnan(doubles(t)[1]));
    }
    for (const Tensor& t : {relu(x), relu6(x), clip(x, 0, 1), sign(x), abs(x), softplus(x), elu(x),
                            sigmoid(x), hard_sigmoid(x), selu(x), leaky_relu(x), mish(x)})
        CHECK(std::isnan(doubles(t)[0]));
    CHECK(doubles(isnan(x)) == List{1, 0});
    CHECK(doubles(isfinite(vector({not_a_number, infinity, -infinity, 0}))) == List{0, 0, 0, 1});
    CHECK(doubles(x < y) == List{0, 0});
    CHECK(doubles(equal(x, x)) == List{0, 1});
    CHECK(doubles(not_equal(x, x)) == List{1, 0});
}

TEST_CASE("signed zeros and halves", "[pointwise]") {
    CHECK(!std::signbit(abs(scalar(-0.0, f64)).item<double>()));
    CHECK(doubles(round(vector({-1.5, -0.5, 0.5, 1.5, 2.5}))) == List{-2, 0, 0, 2, 2});
    CHECK(doubles(reciprocal(vector({0.0, infinity}))) == List{infinity, 0});
}

TEST_CASE("integers wrap around", "[pointwise]") {
    constexpr auto least = std::numeric_limits<std::int32_t>::min();
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    const Tensor x = tensor(std::vector<std::int32_t>{least, most, -1});
    using Ints = std::vector<std::int32_t>;
    CHECK((x + 1).to_vector<std::int32_t>() == Ints{least + 1, least, 0});
    CHECK((x - 1).to_vector<std::int32_t>() == Ints{most, most - 1, -2});
    CHECK((x * 2).to_vector<std::int32_t>() == Ints{0, -2, -2});
    CHECK((-x).to_vector<std::int32_t>() == Ints{least, -most, 1});
    CHECK(abs(x).to_vector<std::int32_t>() == Ints{least, most, 1});
    CHECK(square(x).to_vector<std::int32_t>() == Ints{0, 1, 1});

    const Tensor long_one =
        tensor(std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min()});
    CHECK((-long_one).item<std::int64_t>() == long_one.item<std::int64_t>());
    CHECK((long_one * long_one).item<std::int64_t>() == 0);

    const Tensor bytes = tensor(std::vector<std::uint8_t>{0, 1, 200});
    using Bytes = std::vector<std::uint8_t>;
    CHECK((bytes + 100).to_vector<std::uint8_t>() == Bytes{100, 101, 44});
    CHECK((bytes - 1).to_vector<std::uint8_t>() == Bytes{255, 0, 199});
    CHECK((-bytes).to_vector<std::uint8_t>() == Bytes{0, 255, 56});
    CHECK(square(bytes).to_vector<std::uint8_t>() == Bytes{0, 1, 64});
    CHECK(sign(bytes).to_vector<std::uint8_t>() == Bytes{0, 1, 1});
    CHECK(abs(bytes).to_vector<std::uint8_t>() == Bytes{0, 1, 200});
    CHECK(clip(bytes, 1, 100).to_vector<std::uint8_t>() == Bytes{1, 1, 100});
}

TEST_CASE("literals take the tensor's dtype, or are refused", "[pointwise]") {
    const Tensor whole = arange(3), byte = whole.cast(u8), truth = whole > 1;
    CHECK((whole + 1).dtype() == i64);
    CHECK((scalar(1, f64) * 2.5).dtype() == f64);
    CHECK((ones({2}) * 2.5).dtype() == f32);
    CHECK_THROWS_AS(whole + 0.5, DTypeError);
    CHECK_THROWS_AS(0.5 * whole, DTypeError);
    CHECK_THROWS_AS(whole < 0.5, DTypeError);
    CHECK_THROWS_AS(where(truth, whole, 0.5), DTypeError);
    CHECK_THROWS_AS(byte + 256, DTypeError);
    CHECK_THROWS_AS(byte - (-1), DTypeError);
    CHECK_THROWS_AS(whole.cast(i32) * (std::int64_t{1} << 40), DTypeError);
    CHECK_THROWS_AS(truth + 1, DTypeError);
    CHECK_THROWS_AS(truth * 2, DTypeError);
    CHECK(doubles(equal(truth, false)) == List{1, 1, 0});
    CHECK_THROWS_WITH(whole + 0.5,
                      contains("[add]") && contains("0.5") && contains("i64") && contains("cast"));
    CHECK_THROWS_WITH(whole / 2, contains("[divide]") && contains("i64") && contains("cast"));
    CHECK_THROWS_WITH(sin(whole), contains("[sin]") && contains("i64") && contains("cast"));
}

TEST_CASE("cast", "[pointwise]") {
    const Tensor x = vector({-1.9, 1.9, not_a_number, 1e300, -1e300, infinity});
    CHECK(cast(x, f64).node() == x.node());
    constexpr auto i32_min = std::numeric_limits<std::int32_t>::min();
    constexpr auto i32_max = std::numeric_limits<std::int32_t>::max();
    CHECK(cast(x, i32).to_vector<std::int32_t>() ==
          std::vector<std::int32_t>{-1, 1, 0, i32_max, i32_min, i32_max});
    constexpr auto i64_min = std::numeric_limits<std::int64_t>::min();
    constexpr auto i64_max = std::numeric_limits<std::int64_t>::max();
    CHECK(cast(x, i64).to_vector<std::int64_t>() ==
          std::vector<std::int64_t>{-1, 1, 0, i64_max, i64_min, i64_max});
    CHECK(cast(x, u8).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{0, 1, 0, 255, 0, 255});
    CHECK(doubles(cast(vector({0, -0.0, 0.5, not_a_number}), bool_)) == List{0, 0, 1, 1});
    CHECK(doubles(cast(tensor(std::vector<std::int64_t>{-1, 300}), u8)) == List{255, 44});
    CHECK(cast(scalar(0.1, f64), f32).item<float>() == 0.1f);

    const Tensor wide = vector({1, 2, 3});
    const Tensor narrow = wide.cast(f32);
    const Tensor g = grad(sum(narrow * narrow), {wide})[0];
    CHECK(g.dtype() == f64);
    CHECK(doubles(g) == List{2, 4, 6});
    const Tensor t = jvp(square(narrow), {wide}, {ones({3}, f64)});
    CHECK(t.dtype() == f32);
    CHECK(doubles(t) == List{2, 4, 6});
    CHECK(doubles(grad(sum(wide.cast(i64).cast(f64) * wide), {wide})[0]) == List{1, 2, 3});
}

TEST_CASE("stop_gradient is a constant, identity is not", "[pointwise]") {
    const Tensor x = vector({1, 2, 3});
    CHECK(doubles(grad(sum(stop_gradient(x) * x), {x})[0]) == List{1, 2, 3});
    CHECK(doubles(grad(sum(identity(x) * x), {x})[0]) == List{2, 4, 6});
    CHECK(identity(x).node() != x.node());
}
