// Reductions where nothing, extremes or infinities meet. Figures follow from the definitions; empty
// arrays follow NumPy 2.
#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/infinity.hpp"

using namespace shikumi;
using shikumi_test::infinity;

namespace {

using Reals = std::vector<double>;

template <class F>
Reals gradient(F f, const Tensor& x) {
    return grad([&](const Tensor& t) { return sum(f(t)); })(x).template to_vector<double>();
}

std::vector<int> axes_in(std::uint32_t set, int rank) {
    std::vector<int> axes;
    for (int i = 0; i < rank; ++i) {
        if ((set >> i & 1) != 0) axes.push_back(i);
    }
    return axes;
}

Shape without(const Shape& shape, std::uint32_t set) {
    Shape::Sizes sizes;
    for (int i = 0; i < shape.rank(); ++i) {
        if ((set >> i & 1) == 0) sizes.push_back(shape[i]);
    }
    return Shape(sizes);
}

// Calls f(shape, set of axes) for all shapes of sizes 0 to 2 up to rank 4, and all sets but none.
template <class F>
void for_each_reduction(F f) {
    for (int rank = 1; rank <= 4; ++rank) {
        Index shapes = 1;
        for (int i = 0; i < rank; ++i) shapes *= 3;
        for (Index number = 0; number < shapes; ++number) {
            Shape::Sizes sizes;
            for (Index rest = number, i = 0; i < rank; ++i, rest /= 3) sizes.push_back(rest % 3);
            for (std::uint32_t set = 1; set < 1U << rank; ++set) f(Shape(sizes), set);
        }
    }
}

void check_all(const Tensor& got, const Shape& shape, double wanted) {
    REQUIRE(got.shape() == shape);
    for (const double value : got.to_vector<double>()) {
        if (std::isnan(wanted))
            CHECK(std::isnan(value));
        else
            CHECK(value == wanted);
    }
}

}  // namespace

TEST_CASE("reductions over any axes of arrays with empty ones", "[reductions]") {
    for_each_reduction([](const Shape& shape, std::uint32_t set) {
        const Axes axes(axes_in(set, shape.rank()));
        const Shape out = without(shape, set);
        const Index n = out.size() > 0 ? shape.size() / out.size() : 0;
        const auto count = static_cast<double>(n);
        INFO(shape << " axes " << set);
        for (const DType dtype : {f32, f64}) {
            const Tensor x = full(shape, 2, dtype);
            check_all(sum(x, axes), out, 2 * count);
            check_all(prod(x, axes), out, std::pow(2, count));
            check_all(mean(x, axes), out, n > 0 ? 2 : NAN);
            check_all(var(x, axes), out, n > 0 ? 0 : NAN);
            check_all(shikumi::std(x, axes), out, n > 0 ? 0 : NAN);
            CHECK(norm(x, axes).shape() == out);
            if (n == 0) check_all(norm(x, axes), out, 0);
            if (n == 0) check_all(logsumexp(x, axes), out, -infinity);
            check_all(any(x > 1, axes).cast(f64), out, n > 0);
            check_all(all(x < 1, axes).cast(f64), out, n == 0);
            if (n > 0 || out.size() == 0) {
                check_all(max(x, axes), out, 2);
                check_all(min(x, axes), out, 2);
            } else {
                CHECK_THROWS_AS(max(x, axes), ShapeError);
                CHECK_THROWS_AS(min(x, axes), ShapeError);
            }
        }
        check_all(sum(full(shape, true, bool_), axes), out, count);
        check_all(sum(full(shape, 3, u8), axes), out, 3 * count);
        check_all(prod(full(shape, 3, i32), axes), out, std::pow(3, count));
    });
}

TEST_CASE("gradients of reductions of arrays with empty axes", "[reductions]") {
    for_each_reduction([](const Shape& shape, std::uint32_t set) {
        const Axes axes(axes_in(set, shape.rank()));
        INFO(shape << " axes " << set);
        const Tensor x = full(shape, 2, f64);
        for (const auto& f :
             std::vector<Function>{[&](const Tensor& t) { return sum(t, axes); },
                                   [&](const Tensor& t) { return mean(t, axes); },
                                   [&](const Tensor& t) { return var(t, axes); },
                                   [&](const Tensor& t) { return shikumi::std(t, axes); },
                                   [&](const Tensor& t) { return norm(t, axes); },
                                   [&](const Tensor& t) { return logsumexp(t, axes); },
                                   [&](const Tensor& t) { return prod(t, axes); }}) {
            for (const double g : gradient(f, x)) CHECK(std::isfinite(g));
        }
    });
}

TEST_CASE("an empty batch gives a weight the gradient 0", "[reductions]") {
    Parameter w("w", ones({3, 1, 7}));
    sum(zeros({0, 3, 2, 7}) * w.value()).backward();
    check_all(w.grad(), {3, 1, 7}, 0);
    for_each_reduction([](const Shape& shape, std::uint32_t set) {
        Shape::Sizes narrow = shape.sizes();
        for (int i = 0; i < shape.rank(); ++i) {
            if ((set >> i & 1) != 0) narrow[i] = 1;
        }
        INFO(shape << " axes " << set);
        const Shape to(narrow);
        const Index out = to.size();
        if (out > 0)
            check_all(detail::sum_to(ones(shape), to), to,
                      static_cast<double>(shape.size()) / static_cast<double>(out));
    });
}

TEST_CASE("the mean of equal numbers is that number", "[reductions]") {
    for (const DType dtype : {f32, f64}) {
        for (Index n = 1; n <= 1000; ++n) {
            if (mean(ones({n}, dtype)).item<double>() != 1) FAIL(n);
            if (n % 7 != 0) continue;
            const Tensor x = full({2, n, 3}, 1e6, dtype);
            check_all(mean(x, 1), {2, 3}, 1e6);
            check_all(var(x, 1), {2, 3}, 0);
            check_all(shikumi::std(x, {0, 1}), {3}, 0);
            check_all(mean(x, {0, 2}), {n}, 1e6);
        }
    }
}

TEST_CASE("lengths of numbers whose squares over- or underflow", "[reductions]") {
    for (const DType dtype : {f32, f64}) {
        const Reals scales = dtype == f32 ? Reals{1, 1e20, 1e-20, 1e35, 1e-35}
                                          : Reals{1, 1e160, 1e-160, 1e300, 1e-300};
        const double tolerance = dtype == f32 ? 3e-7 : 1e-13;
        for (const double scale : scales) {
            INFO(scale << " " << name(dtype));
            const auto near = [&](const Tensor& got, const Reals& wanted) {
                const Reals values = got.to_vector<double>();
                REQUIRE(values.size() == wanted.size());
                for (std::size_t i = 0; i < wanted.size(); ++i)
                    CHECK(std::abs(values[i] / wanted[i] - 1) < tolerance);
            };
            const Tensor x = tensor({{3.0, 4.0}, {-0.75, 1.0}}, f64) * scale;
            const Tensor v = x.cast(dtype);
            near(norm(v, {1}), {5 * scale, 1.25 * scale});
            near(norm(v, {0}), {std::hypot(3, 0.75) * scale, std::hypot(4, 1) * scale});
            near(norm(v), {std::sqrt(26.5625) * scale});
            near(shikumi::std(v, 1), {0.5 * scale, 0.875 * scale});
            near(grad([](const Tensor& t) { return sum(norm(t, {1})); })(v), {0.6, 0.8, -0.6, 0.8});
            near(norm(full({300, 2}, scale / 64, dtype), {0}),
                 Reals(2, std::sqrt(300.0) / 64 * scale));
            near(norm(full({40, 3, 50}, scale / 64, dtype), {0, 2}),
                 Reals(3, std::sqrt(2000.0) / 64 * scale));
            near(shikumi::std(
                     concatenate(
                         {full({40, 3, 50}, scale, dtype), full({40, 3, 50}, -scale, dtype)}, 0),
                     {0, 2}),
                 Reals(3, scale));
        }
    }
    check_all(norm(tensor({1e20, 1.})), {}, 1e20F);
    check_all(norm(tensor({infinity, 1.})), {}, infinity);
    // A variance may fit where the sum of squares does not.
    CHECK(var(tensor(Reals{1e19, -1e19, 1e19, -1e19}, {4}).cast(f32)).item<double>() ==
          Approx(1e38).epsilon(1e-6));
}

TEST_CASE("the gradient of an extreme is a choice", "[reductions]") {
    const auto root_of_max = [](const Tensor& t) { return sqrt(max(t)); };
    const auto log_of_min = [](const Tensor& t) { return log(-min(t, 1)); };
    CHECK(gradient(root_of_max, tensor({-1., 0.}, f64)) == Reals{0, infinity});
    CHECK(gradient(root_of_max, tensor({0., 0., -3.}, f64)) == Reals{infinity, infinity, 0});
    CHECK(gradient(log_of_min, tensor({{0., 5.}, {-2., 7.}}, f64)) == Reals{infinity, 0, -0.5, 0});
    // Infinite tangents of what was not chosen don't count either.
    const auto [value, tangent] = jvp([](const Tensor& t) { return max(sqrt(t)); },
                                      tensor({0., 4.}, f64), tensor({1., 1.}, f64));
    CHECK(tangent.item<double>() == 0.25);
    // d²/dx² of max(x³)^½
    const auto slope = [](const Tensor& t) {
        return grad([](const Tensor& u) { return sum(sqrt(max(u * u * u))); })(t);
    };
    CHECK(gradient(slope, tensor({4., 0.}, f64)) == Reals{0.375, 0});
}

TEST_CASE("logsumexp of nothing but negative infinities", "[reductions]") {
    const Tensor x = tensor({{-infinity, -infinity}, {0., -infinity}}, f64);
    const auto f = [](const Tensor& t) { return logsumexp(t, 1); };
    CHECK(f(x).to_vector<double>() == Reals{-infinity, 0});
    CHECK(gradient(f, x) == Reals{0, 0, 1, 0});
    CHECK(gradient(
              [&](const Tensor& t) { return grad([&](const Tensor& u) { return sum(f(u)); })(t); },
              x) == Reals{0, 0, 0, 0});
    check_all(logsumexp(zeros({0})), {}, -infinity);
    check_all(logsumexp(zeros({2, 0, 3}), 1, true), {2, 1, 3}, -infinity);
    CHECK(logsumexp(zeros({0, 3}), 1).shape() == Shape{0});
}

TEST_CASE("products go in the order of the elements", "[reductions]") {
    const Tensor x = tensor({1e-30, 1e30, 1e-30, 1e30});
    CHECK(prod(x).item<float>() == Approx(1));
    const Reals slope = gradient([](const Tensor& t) { return prod(t); }, x);
    CHECK(slope[0] == Approx(1e30).epsilon(1e-6));
    CHECK(slope[1] == Approx(1e-30).epsilon(1e-6));
    CHECK(slope[3] == Approx(1e-30).epsilon(1e-6));
    CHECK(prod(tensor({{1e-30, 1e-30}, {1e30, 2e30}, {1e-30, 1e-30}, {1e30, 1e30}}), 0)
              .to_vector<float>()[1] == Approx(2));
    CHECK(prod(tensor({1e300, 1e-300, 1e300, 1e-300}, f64)).item<double>() == Approx(1));
    const auto f = [](const Tensor& t) { return prod(t, {0, 2}); };
    check_gradients([&](const Tensor& t) { return sum(square(f(t))); },
                    tensor({{{0.5, -1., 2.}}, {{0., 1.5, 0.7}}}, f64));
    CHECK(prod(full({70}, 2, i64)).item<std::int64_t>() == 0);  // 2⁷⁰ wraps around
}
