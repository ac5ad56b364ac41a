// Small graphs run without a plan the first time.
#include <shikumi/autograd/evaluate/run/interpreter.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "autograd/evaluate/run/run_testing.hpp"
#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using shikumi_test::graph_of;
using shikumi_test::leaf;

namespace {

void run(const Tensor& root) {
    const PendingGraph graph = graph_of(root);
    REQUIRE(Interpreter::suits(graph));
    Interpreter().run(graph);
}

bool suits(const Tensor& root) { return Interpreter::suits(graph_of(root)); }

}  // namespace

TEST_CASE("a run without a plan computes the root and all values with handles") {
    const Tensor inner = leaf({2, 3}, 2) * leaf({3}, 5) + leaf({2, 1}, 1);
    const Tensor root = sum(inner);
    run(root);
    REQUIRE(root.evaluated());
    REQUIRE(inner.evaluated());
    CHECK(root.item<float>() == 66);
    CHECK(inner.to_vector<float>() == std::vector<float>(6, 11));
    CHECK(root.node()->op != nullptr);  // can still be differentiated
}

TEST_CASE("a run without a plan broadcasts inputs of any dtype") {
    const Tensor wide = leaf({512}, 3).cast(f64);
    const Tensor root = where(wide > leaf({1}, 2).cast(f64), wide, leaf({}, 7).cast(f64));
    run(root);
    CHECK(root.to_vector<double>() == std::vector<double>(512, 3));
    const Tensor nothing = leaf({0, 3}) * leaf({3});
    run(nothing);
    CHECK(nothing.size() == 0);
}

TEST_CASE("a run without a plan reads reshaped and transposed values") {
    const Tensor x = Tensor(arange(6).cast(f32).array());
    const Tensor root = matmul(transpose(reshape(x, {2, 3})), leaf({2, 1}));
    run(root);
    CHECK(root.to_vector<float>() == std::vector<float>{3, 5, 7});
}

TEST_CASE("a run without a plan lets views share their array") {
    const Tensor x = leaf({2, 3}, 2);
    const Tensor product = x * x;  // only its view holds it
    const Tensor view = reshape(exp(product), {3, 2}), same = reshape(x, {6});
    const Tensor one = reshape(sum(view), {1});
    const Tensor root = sum(view) + sum(same) + sum(one);
    run(root);
    CHECK(view.to_vector<float>() == exp(product).to_vector<float>());
    CHECK(same.data<float>().data() == x.data<float>().data());
    CHECK(one.item<float>() == sum(view).item<float>());
    CHECK(root.evaluated());
}

TEST_CASE("a run without a plan never calls a view's kernel") {
    struct Shown final : General {
        std::string_view name() const noexcept override { return "shown"; }
        Form form() const noexcept override { return Form::view; }
        Spec infer(Specs in) const override { return in[0]; }
        void eval(ConstViews, View) const override { throw ValueError("a view was computed"); }
        Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
    };
    const Tensor root = record(Shown{}, leaf({4}, 3) * leaf({4}, 2)) + 1;
    run(root);
    CHECK(root.to_vector<float>() == std::vector<float>(4, 7));
}

TEST_CASE("under NoGrad the results of a run without a plan release their inputs") {
    const NoGrad no_grad;
    const Tensor held = tanh(leaf({4}));
    const Tensor root = held * held;
    run(root);
    CHECK(root.node()->op == nullptr);
    CHECK(held.node()->op == nullptr);
    CHECK(held.evaluated());
}

TEST_CASE("a failed run without a plan changes no tensor") {
    const Tensor held = exp(leaf({4}));
    const Tensor root = take(held, Tensor(tensor(std::array<std::int64_t, 1>{9})));
    CHECK_THROWS_AS(run(root), ValueError);
    CHECK_FALSE(held.evaluated());
    CHECK_FALSE(root.evaluated());
    CHECK(root.node()->op != nullptr);
}

TEST_CASE("only graphs of small arrays run without a plan") {
    CHECK(suits(exp(leaf({512}))));
    CHECK_FALSE(suits(exp(leaf({513}))));
    CHECK(suits(sum(leaf({1000}))));  // an evaluated input may have any size
    Tensor deep = leaf({8});
    for (int i = 0; i < 100'000; ++i) deep = deep + 1;
    CHECK_FALSE(suits(deep));
}
