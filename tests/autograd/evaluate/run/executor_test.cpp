// Executor: the memory of values and views, and failed runs.
#include <cmath>

#include <shikumi/autograd/evaluate/plan/make_plan.hpp>
#include <shikumi/autograd/evaluate/run/executor.hpp>
#include <shikumi/autograd/evaluate/run/interpreter.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "autograd/evaluate/run/run_testing.hpp"
#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using shikumi_test::leaf;

namespace {

// Plans the graph and runs the plan.
void execute(std::span<const Tensor> roots, std::span<const Assignment> assignments = {}) {
    const PendingGraph graph(roots, assignments);
    const Plan plan = make_plan(graph);
    Executor executor;
    Timer timer;
    executor.bind(plan, graph.nodes(), assignments);
    executor.run(plan, timer);
    executor.publish(plan, graph.nodes());
    executor.release();
}
void execute(const Tensor& root) { execute({&root, 1}); }

void interpret(const Tensor& root) {
    const PendingGraph graph({&root, 1}, {});
    REQUIRE(Interpreter::suits(graph));
    Interpreter().run(graph);
}

// Elements from the second one on: a view that begins later than its array.
struct Rest final : General {
    std::string_view name() const noexcept override { return "rest"; }
    Form form() const noexcept override { return Form::view; }
    Spec infer(Specs in) const override { return {{in[0].shape.front() - 1}, in[0].dtype}; }
    std::size_t view_offset(Specs in) const noexcept override { return size_of(in[0].dtype); }
    void eval(ConstViews, View) const override { throw ValueError("a view was computed"); }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
};

const float* data(const Tensor& t) { return t.data<float>().data(); }

std::vector<float> elements(const Tensor& t) {
    const auto values = t.data<float>();
    return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("a run gives roots and held values their values") {
    const Tensor inner = leaf({2, 3}, 2) * leaf({3}, 5);
    const Tensor root = sum(inner) + 1;
    execute(root);
    REQUIRE(root.evaluated());
    REQUIRE(inner.evaluated());
    CHECK(root.item<float>() == 61);
    CHECK(inner.to_vector<float>() == std::vector<float>(6, 10));
}

TEST_CASE("views share the array that they show") {
    const Tensor x = leaf({2, 3}, 2);
    const Tensor product = x * x;
    const std::array roots{reshape(product, {6}), reshape(x, {3, 2})};
    execute(roots);
    CHECK(data(roots[0]) == data(product));
    CHECK(data(roots[1]) == data(x));
}

TEST_CASE("a view may begin later than its array, with a plan and without one") {
    for (const auto run : {+[](const Tensor& t) { execute(t); }, &interpret}) {
        const Tensor x = Tensor(tensor({1.0F, 2.0F, 3.0F, 4.0F}).array());
        const Tensor computed = x * x;
        const Tensor rest = record(Rest{}, computed), last = record(Rest{}, rest);
        const Tensor known = record(Rest{}, x);
        const Tensor root = sum(rest) + sum(known * 2) + sum(last);
        run(root);
        CHECK(root.item<float>() == 4 + 9 + 16 + 2 * (2 + 3 + 4) + 9 + 16);
        CHECK(elements(rest) == std::vector<float>{4, 9, 16});
        CHECK(elements(last) == std::vector<float>{9, 16});
        CHECK(data(rest) == data(computed) + 1);
        CHECK(data(last) == data(computed) + 2);
        CHECK(data(known) == data(x) + 1);
    }
}

TEST_CASE("an assigned value reuses the old one's memory if it has no other handle") {
    Parameter p("p", leaf({8}, 1));
    const float* const memory = data(p);
    const std::array free{Assignment{p, p * 2}};
    execute({}, free);
    CHECK(free[0].value.to_vector<float>() == std::vector<float>(8, 2));
    CHECK(data(free[0].value) == memory);

    Parameter q("q", leaf({8}, 1));
    const Tensor held = q;
    const std::array shared{Assignment{q, q * 2}};
    execute({}, shared);
    CHECK(data(shared[0].value) != data(held));
    CHECK(held.to_vector<float>() == std::vector<float>(8, 1));
}

TEST_CASE("a failed run changes no tensor") {
    const Tensor held = exp(leaf({4}));
    const Tensor root = take(held, Tensor(tensor(std::array<std::int64_t, 1>{9}).array()));
    CHECK_THROWS_AS(execute(root), ValueError);
    CHECK_FALSE(held.evaluated());
    CHECK_FALSE(root.evaluated());
    CHECK(root.node()->op != nullptr);
}

TEST_CASE("an executor runs one plan after another") {
    Executor executor;
    Timer timer;
    const auto value = [&](const Tensor& root) {
        const PendingGraph graph({&root, 1}, {});
        const Plan plan = make_plan(graph);
        executor.bind(plan, graph.nodes(), {});
        executor.run(plan, timer);
        executor.publish(plan, graph.nodes());
        executor.release();
        return root.item<float>();
    };
    for (const Index n : {4, 1 << 18, 16}) {  // small, too large to be kept, small
        CHECK(value(mean(tanh(leaf({n})) * leaf({1}))) == Approx(std::tanh(1.0)));
    }
}
