// Groups compute cheap values again instead of reading the stored values of other groups.
#include <algorithm>
#include <string>
#include <vector>

#include <shikumi/autograd/evaluate/plan/make_plan.hpp>
#include <shikumi/autograd/memory/random.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

namespace {

constexpr Index n = 1 << 17;

Tensor random_values(const Shape& shape) {
    Generator rng(3);
    Tensor t = random_normal(shape, rng);
    evaluate(t);
    return t;
}

// The arrays of n floats that the groups of n elements in a plan read and write, and those in the
// workspace.
struct Traffic {
    double arrays, waiting;
    std::vector<std::uint32_t> operations;  // number in each group
};

// The traffic of the graph that `f` records. Checks that its values have the bits of Eager. Another
// array of `cached` elements fills the cache.
template <class F>
Traffic traffic(F f, Index cached = 1 << 22) {
    const Tensor much = random_values({cached});
    const auto values = [&] {
        std::vector<std::vector<float>> all;
        std::vector<Tensor> results = f();
        results.push_back(sum(square(much)));
        evaluate(results);
        for (const Tensor& t : results) all.push_back(t.to_vector<float>());
        return all;
    };
    const auto wanted = [&] {
        const Eager eager;
        return values();
    }();
    CHECK(values() == wanted);
    std::vector<Tensor> results = f();
    results.push_back(sum(square(much)));
    const Plan plan = make_plan(PendingGraph(results, {}));
    constexpr double array = n * sizeof(float);
    Traffic t{0, static_cast<double>(plan.workspace) / array, {}};
    for (const FusionGroup& group : plan.groups) {
        if (group.size != n) continue;
        for (std::uint32_t v = 0; v < group.values; ++v) {
            const GroupValue& value = plan.values[group.first_value + v];
            if (value.slot != no_slot)
                t.arrays += static_cast<double>(group.size * value.element) / array;
        }
        t.operations.push_back(group.operations);
    }
    return t;
}

// A loss that needs all of y first, and its gradient.
std::vector<Tensor> loss_and_gradient(const Tensor& y, const Tensor& x) {
    const Tensor loss = square(sum(y));
    return {loss, grad(loss, {x})[0]};
}

}  // namespace

TEST_CASE("a cheap value is computed again if its inputs have fewer bytes") {
    const Tensor x = random_values({n}), one = random_values({1});
    SECTION("x is read twice and the gradient is written") {
        const Traffic t = traffic([&] { return loss_and_gradient(relu(x * one + 1.0), x); });
        CHECK(t.arrays == Approx(3).margin(0.01));
        CHECK(t.waiting < 0.01);
    }
    SECTION("of a chain only one value is stored") {
        const Tensor a = random_values({n}) * 1.0, b = random_values({n}) + 1.0;
        evaluate(a), evaluate(b);
        const auto chain = [&] {
            Tensor t = x;
            for (int i = 0; i < 3; ++i) t = relu(t * a + b);
            return loss_and_gradient(t * a, x);
        };
        const Traffic t = traffic(chain);
        // The forward group: x, a, b, the first relu. The backward group: the same relu, a, b, the
        // gradient.
        CHECK(t.arrays == Approx(8).margin(0.01));
        CHECK(t.waiting == Approx(1).margin(0.01));
    }
    SECTION("a value is computed again for each reader") {
        const auto thrice = [&] {
            const Tensor y = abs(x);
            const Tensor first = sum(y), second = sum(y * first), third = sum(y * second);
            return std::vector{third};
        };
        CHECK(traffic(thrice).arrays == Approx(3).margin(0.01));
    }
    SECTION("a group doesn't compute values that only other groups read") {
        const auto mask = [&] {
            const Tensor y = x * sum(x * x) * 2.0, positive = y > 0.5;
            return std::vector{where(positive, y * sum(y), y)};
        };
        const Traffic t = traffic(mask);
        CHECK(t.arrays == Approx(4).margin(0.01));
        CHECK(t.operations == std::vector<std::uint32_t>{2, 3, 5});
    }
}

TEST_CASE("expensive values, inputs of more bytes and results are stored") {
    const Tensor x = random_values({n});
    const auto arrays = [&](auto f) { return traffic(f).arrays; };
    SECTION("a transcendental function is stored, cheap functions of it are not") {
        CHECK(arrays([&] { return loss_and_gradient(exp(x), x); }) == Approx(4).margin(0.01));
        // The gradient of tanh reads x, too.
        CHECK(arrays([&] { return loss_and_gradient(relu(tanh(x) * 2.0), x); }) ==
              Approx(5).margin(0.01));
    }
    SECTION("a value of two arrays without another reader") {
        const Tensor a = random_values({n}) + 1.0;
        evaluate(a);
        const auto f = [&] {
            const Tensor y = x + a;
            return std::vector{abs(y * sum(y))};
        };
        CHECK(arrays(f) == Approx(5).margin(0.01));
    }
    SECTION("a result") {
        const auto f = [&] {
            const Tensor y = relu(x);
            return std::vector{y, y * sum(y)};
        };
        CHECK(arrays(f) == Approx(4).margin(0.01));
    }
    SECTION("values that fit into the cache together") {
        const auto f = [&] { return loss_and_gradient(relu(x * 2.0), x); };
        CHECK(arrays(f) == Approx(3).margin(0.01));
        CHECK(traffic(f, 1 << 20).arrays == Approx(4).margin(0.01));
    }
}

TEST_CASE("values are computed again in groups of rows, of other dtypes, and across long chains") {
    const Tensor x = random_values({512, 256}), row = random_values({256});
    const auto normalised = [&] {
        const Tensor d = x * row - mean(x * row, 0, true);
        const Tensor y = d * rsqrt(mean(square(d), 0, true) + 1e-3);
        return loss_and_gradient(relu(y) * y, x);
    };
    traffic(normalised);
    const auto other_dtypes = [&] {
        const Tensor y = (x * 100.0).cast(i32), z = y.cast(f64) * 0.5;
        const Tensor s = sum(z);
        return std::vector{(z * s).cast(f32), where(y > 3, x, x * s.cast(f32))};
    };
    traffic(other_dtypes);
    const auto long_chain = [&] {
        Tensor t = x;
        for (int i = 0; i < 700; ++i) t = i % 3 == 0 ? relu(t) : t * 0.99 + row;
        return loss_and_gradient(t, x);
    };
    traffic(long_chain);
}

TEST_CASE("random graphs with recomputed values have the same bits") {
    const Tensor much = random_values({1 << 22}), x = random_values({256, 128}),
                 row = tanh(random_values({128}));
    evaluate(row);
    const auto record = [&](std::uint64_t seed) {
        RandomStream random({seed, 0});
        std::vector<Tensor> values{x, x * 0.5};
        const auto any = [&] {
            const auto recent = static_cast<std::uint32_t>(std::min<std::size_t>(values.size(), 6));
            return values[values.size() - 1 - random.below(recent)];
        };
        for (int i = 0; i < 40; ++i) {
            const Tensor y = any();
            const std::vector<Tensor> next{relu(y),
                                           y + any() * 0.3,
                                           y * row,
                                           where(y > any(), y, any()),
                                           tanh(y),
                                           y.cast(f64).cast(f32) - 0.1,
                                           y - mean(y * 0.5, 0, true),
                                           y * rsqrt(mean(square(y), 1, true) + 1.0),
                                           y + sum(maximum(y, 0.2)) * 1e-4,
                                           abs(transpose(y))};
            const Tensor& chosen = next[random.below(10)];
            values.push_back(chosen.shape() == x.shape() ? chosen : transpose(chosen));
        }
        const Tensor loss = square(mean(any() * any()));
        std::vector<Tensor> results = grad(loss, {x, row});
        results.push_back(loss);
        results.push_back(sum(square(much)));
        return results;
    };
    const auto values = [&](std::uint64_t seed) {
        std::vector<std::vector<float>> all;
        const std::vector<Tensor> results = record(seed);
        evaluate(results);
        for (const Tensor& t : results) all.push_back(t.to_vector<float>());
        return all;
    };
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        INFO("seed " << seed);
        const auto planned = values(seed);
        const Eager eager;
        CHECK(planned == values(seed));
    }
}
