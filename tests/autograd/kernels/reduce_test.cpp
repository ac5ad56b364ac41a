// Compares reductions with long double, and their bits for different numbers of threads.
#include "catch.hpp"
#include "support/infinity.hpp"
#include "support/sanitizers.hpp"
#include "support/thread_count.hpp"

#include <pthread.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <vector>

#include <shikumi/autograd/kernels/reduce.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/memory/array.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

using namespace shikumi;
using kernels::Reduction;
using shikumi_test::contains;
using shikumi_test::infinity;
using shikumi_test::ThreadCount;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

ConstView viewed(const Array& a) { return {a.raw(), a.spec()}; }

Shape kept(const Shape& shape, std::uint32_t axes) {
    Shape::Sizes sizes;
    for (int i = 0; i < shape.rank(); ++i) {
        if ((axes >> i & 1) == 0) sizes.push_back(shape[i]);
    }
    return Shape(sizes);
}

// The output position of element i of `shape` when `axes` are reduced.
Index target(const Shape& shape, std::uint32_t axes, Index i) {
    Index at = 0, step = 1;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
        const Index position = i % shape[axis];
        i /= shape[axis];
        if ((axes >> axis & 1) != 0) continue;
        at += position * step;
        step *= shape[axis];
    }
    return at;
}

Array reduced(const Reduction& reduction, const Array& in, std::uint32_t axes) {
    const Array out(
        {kept(in.shape(), axes),
         reduction.kind == Reduction::sum && !is_floating(in.dtype()) ? i64 : in.dtype()});
    kernels::reduce(reduction, viewed(in), axes, {out.raw(), out.spec()});
    return out;
}

const std::vector<Shape> shapes{{},
                                {1},
                                {7},
                                {1000},
                                {200001},
                                {3, 5},
                                {40, 1000},
                                {1000, 40},
                                {70000, 3},
                                {3, 70000},
                                {5, 4, 3},
                                {30, 1, 70},
                                {64, 100, 65},
                                {6, 5, 4, 3},
                                {2, 3000, 17},
                                {9, 9, 9, 9},
                                {3, 2, 3, 2, 3},
                                {100, 2000},
                                {0, 3},
                                {3, 0, 2}};

}  // namespace

TEST_CASE("sums, over any axes, against long double") {
    const ThreadCount restore;
    Generator rng(5);
    for (const Shape& shape : shapes) {
        const Array x = random_normal(shape, rng, 0.3).array();
        for (std::uint32_t axes = 0; axes < 1U << shape.rank(); ++axes) {
            std::vector<long double> exact(static_cast<std::size_t>(kept(shape, axes).size()));
            std::vector<long double> scale(exact.size(), 1);
            for (Index i = 0; i < x.size(); ++i) {
                const auto at = static_cast<std::size_t>(target(shape, axes, i));
                const float value = x.data<float>()[static_cast<std::size_t>(i)];
                exact[at] += value;
                scale[at] += std::abs(value);
            }
            std::vector<float> first;
            for (const int threads : {1, 2, 3, 4}) {
                set_num_threads(threads);
                const Array out = reduced(Reduction::sum, x, axes);
                const std::vector<float> now(out.data<float>().begin(), out.data<float>().end());
                if (threads == 1) first = now;
                CHECK(now == first);
            }
            long double worst = 0;
            for (std::size_t i = 0; i < exact.size(); ++i)
                worst = std::max(
                    worst, std::abs(exact[i] - static_cast<long double>(first[i])) / scale[i]);
            INFO(shape << " axes " << axes);
            CHECK(worst < 3e-7L);
        }
    }
}

TEST_CASE("extremes, over any axes") {
    Generator rng(6);
    for (const Shape& shape : shapes) {
        if (shape.size() == 0) continue;
        const Array x = random_normal(shape, rng, 0, 1, f64).array();
        for (std::uint32_t axes = 0; axes < 1U << shape.rank(); ++axes) {
            const auto count = static_cast<std::size_t>(kept(shape, axes).size());
            std::vector<double> most(count, -infinity), least(count, infinity);
            for (Index i = 0; i < x.size(); ++i) {
                const auto at = static_cast<std::size_t>(target(shape, axes, i));
                const double value = x.data<double>()[static_cast<std::size_t>(i)];
                most[at] = std::max(most[at], value);
                least[at] = std::min(least[at], value);
            }
            const Array high = reduced(Reduction::max, x, axes),
                        low = reduced(Reduction::min, x, axes);
            CHECK(std::vector(high.data<double>().begin(), high.data<double>().end()) == most);
            CHECK(std::vector(low.data<double>().begin(), low.data<double>().end()) == least);
        }
    }
}

TEST_CASE("the bits do not depend on how an array is cut into blocks") {
    Generator rng(9);
    std::uint64_t state = 1;
    const auto random = [&](Index n) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return static_cast<Index>((state >> 33) % static_cast<std::uint64_t>(n));
    };
    for (const Shape& shape : shapes) {
        for (const DType dtype : {f32, f64, u8}) {
            const Array x = (random_normal(shape, rng, 3.0)).cast(dtype).array();
            for (std::uint32_t axes = 0; axes < 1U << shape.rank(); ++axes) {
                for (const Reduction& reduction :
                     {Reduction(Reduction::sum), Reduction(Reduction::max),
                      Reduction::root_of_squares(2, 1)}) {
                    if (reduction.root && !is_floating(dtype)) continue;
                    const auto reducer = kernels::Reducer::in_blocks(reduction, x.spec(), axes);
                    if (!reducer) continue;
                    INFO(shape << " " << name(dtype) << " axes " << axes);
                    const Array wanted = reduced(reduction, x, axes), out(wanted.spec());
                    std::vector<double> own(reducer->state_bytes() / 8 + 1),
                        totals(reducer->totals_bytes() / 8 + 1);
                    for (Index at = 0; at < x.size();) {
                        const Index count =
                            std::min(x.size() - at, 1 + random(random(3) == 0 ? 9 : 3000));
                        reducer->feed(static_cast<const std::byte*>(x.raw()) +
                                          static_cast<std::size_t>(at) * size_of(dtype),
                                      at, count, own.data(), totals.data(), out.raw());
                        at += count;
                    }
                    reducer->finish(totals.data(), out.raw());
                    CHECK(std::memcmp(out.raw(), wanted.raw(), out.spec().bytes()) == 0);
                }
            }
        }
    }
}

TEST_CASE("a mean of a million floats is right to a millionth") {
    CHECK(mean(full({1000000}, 0.1)).item<double>() == Approx(0.1).epsilon(1e-6));
    CHECK(mean(full({1000000, 3}, 0.1), 0).to_vector<double>()[2] == Approx(0.1).epsilon(1e-6));
    CHECK(mean(full({64, 16384}, 0.1), 0).to_vector<double>()[99] == Approx(0.1).epsilon(1e-6));
    CHECK(sum(full({20000000}, 1)).item<double>() == 2e7);  // a float sum stops at 2^24
}

TEST_CASE("integers sum in i64, which wraps around, and bools are counted") {
    const Tensor large = full({3}, std::numeric_limits<std::int32_t>::max(), i32);
    CHECK(sum(large).dtype() == i64);
    CHECK(sum(large).item<std::int64_t>() == 3LL * std::numeric_limits<std::int32_t>::max());
    CHECK(sum(full({300}, 255, u8)).item<std::int64_t>() == 300 * 255);
    CHECK(prod(full({4}, 200, u8)).item<std::int64_t>() == 1'600'000'000);
    CHECK(sum(full({2}, std::numeric_limits<std::int64_t>::max(), i64)).item<std::int64_t>() == -2);
    CHECK(sum(full({2, 1000}, true, bool_), 1).to_vector<std::int64_t>() ==
          std::vector<std::int64_t>{1000, 1000});
    CHECK(sum(full({3, 4, 5}, true, bool_), {0, 2}).dtype() == i64);
    CHECK(sum(full({3, 4, 5}, true, bool_), {0, 2}).to_vector<int>() == std::vector<int>(4, 15));
}

TEST_CASE("NaN wins") {
    const Tensor x = tensor({{1.0, missing, 3.0}, {4.0, 5.0, 6.0}}, f64);
    CHECK(std::isnan(max(x).item<double>()));
    CHECK(std::isnan(min(x).item<double>()));
    CHECK(std::isnan(max(x, 1).to_vector<double>()[0]));
    CHECK(max(x, 0).to_vector<double>()[2] == 6);
    CHECK(argmax(x).item<int>() == 1);
    CHECK(argmin(x).item<int>() == 1);
    CHECK(argmin(x, 1).to_vector<int>() == std::vector<int>{1, 0});
}

TEST_CASE("argmax and argmin return the first of equal elements") {
    const Tensor x = tensor({{3, 7, 7}, {7, 1, 1}});
    CHECK(argmax(x).item<int>() == 1);
    CHECK(argmax(x, 1).to_vector<int>() == std::vector<int>{1, 0});
    CHECK(argmax(x, 0).to_vector<int>() == std::vector<int>{1, 0, 0});
    CHECK(argmin(x, -1, true).shape() == Shape{2, 1});
    CHECK(argmin(x, -1, true).to_vector<int>() == std::vector<int>{0, 1});
    CHECK(argmax(x, {}, true).shape() == Shape{1, 1});
    CHECK(argmax(scalar(3)).item<int>() == 0);
}

TEST_CASE("equal maxima share the gradient") {
    const Tensor x = tensor({{1, 3, 3}, {2, 2, 2}}, f64);
    CHECK(grad(sum(max(x, 1)), {x})[0].to_vector<double>() ==
          std::vector<double>{0, 0.5, 0.5, 1 / 3.0, 1 / 3.0, 1 / 3.0});
    CHECK(grad(min(x), {x})[0].to_vector<double>() == std::vector<double>{1, 0, 0, 0, 0, 0});
}

TEST_CASE("a product of zeros keeps its derivatives") {
    const auto f = [](const Tensor& x) { return prod(x); };
    const Tensor one = tensor({2, 0, 3, 5, 7}, f64);
    CHECK(grad(f)(one).to_vector<double>() == std::vector<double>{0, 210, 0, 0, 0});
    const Tensor two = tensor({2, 0, 0, 5}, f64);
    CHECK(grad(f)(two).to_vector<double>() == std::vector<double>(4, 0.0));
    const std::vector<double> h = hessian(f)(two).to_vector<double>();
    CHECK(h[1 * 4 + 2] == 10);
    CHECK(h[2 * 4 + 1] == 10);
    CHECK(prod(zeros({0})).item<float>() == 1);
    CHECK(prod(tensor({{1, 2}, {3, 4}}), 0).to_vector<float>() == std::vector<float>{3, 8});
}

TEST_CASE("reductions of empty arrays") {
    CHECK(sum(zeros({0})).item<float>() == 0);
    CHECK(sum(zeros({3, 0}), 1).to_vector<float>() == std::vector<float>(3, 0.0F));
    CHECK(std::isnan(mean(zeros({0})).item<float>()));
    CHECK(std::isnan(var(zeros({0})).item<float>()));
    CHECK(max(zeros({0, 3}), 1).shape() == Shape{0});
    CHECK(any(zeros({0}, bool_)).item<bool>() == false);
    CHECK(all(zeros({0}, bool_)).item<bool>() == true);
    CHECK_THROWS_AS(max(zeros({0})), ShapeError);
    CHECK_THROWS_AS(min(zeros({3, 0}), 1), ShapeError);
    CHECK_THROWS_AS(argmax(zeros({0})), ShapeError);
}

TEST_CASE("logsumexp at the ends") {
    CHECK(logsumexp(full({4}, -infinity)).item<double>() == -infinity);
    CHECK(logsumexp(tensor({1.0, infinity, -infinity})).item<double>() == infinity);
    CHECK(logsumexp(full({2}, 1000)).item<double>() == Approx(1000 + std::log(2.0)));
    CHECK(logsumexp(tensor({-1000.0, -1001.0})).item<double>() ==
          Approx(-1000 + std::log1p(std::exp(-1.0))));
    CHECK(std::isnan(logsumexp(tensor({1.0, missing})).item<double>()));
}

TEST_CASE("roots of sums at zero") {
    const Tensor x = zeros({3}, f64);
    CHECK(norm(x).item<double>() == 0);
    CHECK(grad(norm(x), {x})[0].to_vector<double>() == std::vector<double>(3, 0.0));
    CHECK(grad(shikumi::std(x), {x})[0].to_vector<double>() == std::vector<double>(3, 0.0));
    CHECK(norm(tensor({3, 4})).item<float>() == 5);
    CHECK(std::isnan(norm(tensor({3.0, missing})).item<float>()));
    CHECK(shikumi::var(tensor({1, 2, 3, 4}, f64), {}, false, 1).item<double>() == Approx(5 / 3.0));
}

TEST_CASE("sums over some axes have derivatives of any order") {
    Generator rng(8);
    check_gradients(
        [](const Tensor& x) {
            return sum(square(mean(x, {0, 2}))) + var(x, 1) + logsumexp(x, {0, -1});
        },
        random_normal({2, 1, 3}, rng, 0, 1, f64));
}

TEST_CASE("mistakes in reductions") {
    CHECK_THROWS_WITH(sum(ones({2, 3}), 2), contains("axis 2"));
    CHECK_THROWS_WITH(sum(ones({2, 3}), {0, -2}), contains("twice"));
    CHECK_THROWS_AS(sum(scalar(1), 0), ShapeError);
    CHECK_THROWS_WITH(mean(arange(3)), contains("cast(f32)"));
    CHECK_THROWS_AS(any(ones({2})), DTypeError);
}

namespace {

// Runs f on a thread with 128 KiB of stack, musl's default.
template <class F>
void on_small_stack(F f) {
    pthread_attr_t attributes;
    REQUIRE(pthread_attr_init(&attributes) == 0);
    REQUIRE(pthread_attr_setstacksize(&attributes, std::size_t{128} << 10) == 0);
    pthread_t thread{};
    const auto run = [](void* function) -> void* {
        (*static_cast<F*>(function))();
        return nullptr;
    };
    REQUIRE(pthread_create(&thread, &attributes, run, &f) == 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
}

}  // namespace

TEST_CASE("128 KiB of stack suffice", "[reduce]") {
    if (shikumi_test::sanitized) return;  // it needs more
    std::vector<double> sums;
    on_small_stack([&] {
        for (const DType dtype : {f32, f64, i64}) {
            for (const Shape& shape : {Shape{3}, {100000}, {4, 5000}, {2, 3, 4096}, {70000, 3}}) {
                const Tensor x(full(shape, 1, dtype).array());
                sums.push_back(sum(x).item<double>() - static_cast<double>(x.size()));
                sums.push_back(sum(sum(x, 0)).item<double>() - static_cast<double>(x.size()));
                sums.push_back(sum(max(x, -1)).item<double>() -
                               static_cast<double>(x.size() / shape.back()));
            }
        }
        for (const DType dtype : {f32, f64}) {
            const Tensor a(ones({16, 16}, dtype).array()), b(ones({512, 16}, dtype).array());
            sums.push_back(sum(matmul(a, transpose(b))).item<double>() - 16 * 16 * 512);
            sums.push_back(norm(full({9, 5000}, 1, dtype), {0}).to_vector<double>()[7] - 3);
            sums.push_back(sum(softmax(ones({3, 9000}, dtype))).item<double>() - 3);
        }
    });
    for (const double difference : sums) CHECK(difference == Approx(0).margin(1e-3));
}
