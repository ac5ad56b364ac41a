// Groups feed the reductions of their values.
#include <string>
#include <vector>

#include <shikumi/autograd/evaluate/plan/fuse.hpp>
#include <shikumi/autograd/evaluate/plan/levels.hpp>
#include <shikumi/autograd/evaluate/plan/make_plan.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "plan_testing.hpp"
#include "support/thread_count.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using shikumi_test::ThreadCount;

namespace {

struct Steps {
    std::size_t calls, groups, workspace;
};

// The steps of the plan for the graph that `f` records. Checks that its values have the bits of
// Eager for any number of threads.
template <class F>
Steps steps_of(F f) {
    const ThreadCount restore;
    const auto values = [&] {
        std::vector<std::vector<double>> all;
        std::vector<Tensor> results = f();
        evaluate(results);
        for (const Tensor& t : results) all.push_back(t.cast(f64).template to_vector<double>());
        return all;
    };
    const auto wanted = [&] {
        const Eager eager;
        return values();
    }();
    for (const int threads : {1, 2, 3}) {
        set_num_threads(threads);
        CHECK(values() == wanted);
    }
    const std::vector<Tensor> results = f();
    const Plan plan = make_plan(PendingGraph(results, {}));
    return {plan.calls.size(), plan.groups.size(), plan.workspace};
}

Tensor drawn(const Shape& shape, DType dtype = f32) {
    Generator rng(7);
    Tensor t = random_normal(shape, rng, 0.2, 1, dtype);
    evaluate(t);
    return t;
}

}  // namespace

TEST_CASE("a group feeds a reduction with its values, without an array") {
    struct Case {
        Shape shape;
        std::vector<int> axes;  // empty: all
    };
    const std::vector<Case> cases{
        {{300000}, {}},
        {{1000, 7}, {}},
        {{513, 100}, {0}},
        {{100000, 3}, {0}},
        {{6, 7, 50, 32}, {0, 1, 2}},
        {{9, 2000}, {0}},
        {{40, 4096}, {0}},
        {{3000, 10}, {1}},
        {{200, 300}, {1}},
        {{50, 1500}, {1}},
        {{70, 2500}, {1}},
        {{80, 30, 20}, {1}},
        {{5, 40, 50}, {1, 2}},
        {{1}, {}},
        {{2, 1, 3}, {1}},
    };
    for (const DType dtype : {f32, f64}) {
        for (const auto& [shape, axes] : cases) {
            INFO(shape << " " << name(dtype));
            const Axes over = axes.empty() ? Axes() : Axes(axes);
            const Tensor x = drawn(shape, dtype);
            const auto sum_and_max = [&] {
                const Tensor y = x * 0.3 - square(x);
                return std::vector{sum(y, over), max(y, over), any(y > 0.1, over)};
            };
            const Steps steps = steps_of(sum_and_max);
            CHECK(steps.calls == 0);
            CHECK(steps.groups == 1);
            CHECK(steps.workspace == 0);
        }
    }
}

TEST_CASE("reductions of integers and bools are fed, too") {
    const Tensor x = drawn({70000});
    const Steps steps = steps_of([&] {
        const Tensor hit = x > 0.5;
        return std::vector{sum(hit), sum((x * 100).cast(u8)), min((x * 9).cast(i32)), all(hit)};
    });
    CHECK(steps.calls == 0);
    CHECK(steps.workspace == 0);
}

TEST_CASE("a value that is reduced and read is computed in one pass") {
    const Tensor x = drawn({64, 48}), w = drawn({48, 48}), row = drawn({48});
    const auto layer = [&] {
        const Tensor h = relu(x * row + 0.5);
        return std::vector{matmul(h, w), sum(h, 0)};
    };
    CHECK(steps_of(layer).calls == 1);  // the product
    CHECK(steps_of(layer).groups == 1);
    const auto held = [&] {
        const Tensor h = exp(x);
        return std::vector{h, sum(h, 1)};
    };
    CHECK(steps_of(held).calls == 0);
}

TEST_CASE("a group feeds reductions over the same axes; others are separate steps") {
    const Tensor x = drawn({300, 200});
    const auto different = [&] {
        const Tensor y = square(x);
        return std::vector{sum(y, 0), sum(y, 1), sum(y)};
    };
    CHECK(steps_of(different).calls == 2);
    CHECK(steps_of([&] { return std::vector{sum(square(x), {0, 1})}; }).calls == 0);
    const Tensor wide = drawn({4, 5000}), apart = drawn({20, 30, 20});
    CHECK(steps_of([&] { return std::vector{sum(square(wide), 0)}; }).calls == 1);
    CHECK(steps_of([&] { return std::vector{sum(square(apart), {0, 2})}; }).calls == 1);
    CHECK(steps_of([&] { return std::vector{sum(square(drawn({3, 70000})), 1)}; }).calls == 1);
    CHECK(steps_of([&] { return std::vector{sum(square(zeros({0, 3})), 0)}; }).calls == 1);
    const auto stretched = [&] {
        return std::vector{sum(broadcast_to(square(drawn({200})), {300, 200}), 0)};
    };
    CHECK(steps_of(stretched).calls == 2);
}

TEST_CASE("readers of a reduction run after the group that feeds it") {
    const Tensor x = drawn({40, 500});
    const auto normalised = [&] {
        const Tensor mean_of = mean(x * 2, -1, true);
        const Tensor d = x - mean_of;
        const Tensor y = d * rsqrt(mean(square(d), -1, true) + 1e-3);
        const Tensor loss = sum(y * x);
        return std::vector{y, loss, grad(loss, {x})[0]};
    };
    CHECK(steps_of(normalised).calls == 2);  // at one level, over rows and over all
    const auto softmax_by_hand = [&] {
        const Tensor e = exp(x - max(x * 1, 1, true));
        return std::vector{e / sum(e, 1, true)};
    };
    CHECK(steps_of(softmax_by_hand).calls == 0);
}

TEST_CASE("long chains that are cut feed reductions") {
    const Tensor x = drawn({5000});
    const auto chain = [&] {
        Tensor t = x;
        std::vector<Tensor> sums;
        for (int i = 0; i < 1200; ++i) {
            t = t * 0.999 + 0.001;
            if (i % 300 == 0) sums.push_back(sum(t));
        }
        sums.push_back(sum(t));
        return sums;
    };
    CHECK(steps_of(chain).calls == 0);
}

TEST_CASE("a parameter may become a reduction of its own old value") {
    Parameter mean_of("mean", drawn({30}));
    const Tensor x = drawn({400, 30});
    for (int i = 0; i < 3; ++i) {
        const std::vector<float> before = mean_of.value().to_vector<float>();
        const std::vector<float> wanted = [&] {
            const Eager eager;
            return sum(x * mean_of.value(), 0).to_vector<float>();
        }();
        const Tensor next = sum(x * mean_of, 0);
        evaluate({}, std::vector<Assignment>{{mean_of, next}});
        CHECK(mean_of.value().to_vector<float>() == wanted);
    }
}

namespace {

FusionGroups fused(const PendingGraph& graph) {
    ClassifiedGraph nodes = classify(graph);
    return fuse(nodes, assign_levels(nodes));
}

}  // namespace

TEST_CASE("pointwise operations of one level and shape are one group") {
    const Tensor x = shikumi_test::known({4, 4});
    const Tensor root = matmul(exp(x) + tanh(x), x) * 2.0;
    const PendingGraph graph = shikumi_test::graph_of(root);
    const FusionGroups fusion = fused(graph);
    const auto group_of = [&](const char* name) {
        return fusion.group_of[shikumi_test::find(graph, name)];
    };
    REQUIRE(fusion.groups.size() == 2);
    CHECK(group_of("exp") == group_of("add"));
    CHECK(group_of("exp") == group_of("tanh"));
    CHECK(group_of("matmul") == FusionGroups::none);
    CHECK(group_of("multiply") != group_of("add"));
    const auto& first = fusion.groups[group_of("add")];
    CHECK(fusion.members_of(first).size() == 3);
    CHECK(first.is_read);
    CHECK_FALSE(first.assigns);
    CHECK_FALSE(fusion.groups[group_of("multiply")].is_read);
    CHECK(fusion.read_elsewhere[shikumi_test::find(graph, "add")]);
    CHECK_FALSE(fusion.read_elsewhere[shikumi_test::find(graph, "exp")]);
}

TEST_CASE("a group that computes a parameter's next value assigns") {
    const Parameter p("p", shikumi_test::known({4}));
    const std::vector<Assignment> assignments{{p, p.value() * 2.0}};
    const PendingGraph graph({}, assignments);
    const FusionGroups fusion = fused(graph);
    REQUIRE(fusion.groups.size() == 1);
    CHECK(fusion.groups[0].assigns);
}

TEST_CASE("a group has 512 members at most") {
    Tensor t = shikumi_test::known({4});
    for (int i = 0; i < 600; ++i) t = tanh(t);
    const PendingGraph graph = shikumi_test::graph_of(t);
    const FusionGroups fusion = fused(graph);
    REQUIRE(fusion.groups.size() == 2);
    CHECK(fusion.groups[0].count == 512);
    CHECK(fusion.groups[1].count == 88);
}
