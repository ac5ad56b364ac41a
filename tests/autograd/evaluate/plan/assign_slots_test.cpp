// The slots of values, of their views, and of what leaves the evaluation.
#include <shikumi/autograd/evaluate/plan/assign_slots.hpp>
#include <shikumi/autograd/evaluate/plan/levels.hpp>
#include <shikumi/autograd/evaluate/plan/make_plan.hpp>

#include "catch.hpp"
#include "plan_testing.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using namespace shikumi_test;

namespace {

// Half of a vector, as a view.
struct Half final : General {
    explicit Half(bool s) : second(s) {}
    bool operator==(const Half&) const = default;
    std::string_view name() const noexcept override { return "half"; }
    Form form() const noexcept override { return Form::view; }
    Spec infer(Specs in) const override { return {Shape{in[0].size() / 2}, in[0].dtype}; }
    std::size_t view_offset(Specs in) const noexcept override {
        return second ? in[0].bytes() / 2 : 0;
    }
    void eval(ConstViews, View) const override { throw ValueError("a view was computed"); }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
    bool second;
};

Tensor half(const Tensor& x, bool second) { return record(Half(second), x); }

struct Slotted {
    explicit Slotted(const PendingGraph& graph) {
        ClassifiedGraph nodes = classify(graph);
        const FusionGroups fusion = fuse(nodes, assign_levels(nodes));
        slots = assign_slots(nodes, find_arrays(nodes, fusion), plan);
    }
    Plan plan;
    std::vector<SlotIndex> slots;
};

Tensor counted(Index n) { return Tensor(arange(0, static_cast<double>(n), 1, f32).array()); }

}  // namespace

TEST_CASE("known values, arrays and outputs have slots") {
    const Tensor x = known({4, 4});
    const Tensor root = tanh(exp(matmul(x, x)));
    const PendingGraph graph = graph_of(root);
    const Slotted s(graph);
    CHECK(s.plan.slots == 3);
    REQUIRE(s.plan.leaves.size() == 1);
    CHECK(s.plan.leaves[0].slot == s.slots[graph.position(*x.node())]);
    CHECK(s.slots[find(graph, "exp")] == no_slot);
    REQUIRE(s.plan.output_buffers.size() == 1);
    CHECK(s.plan.output_buffers[0].slot == s.slots[find(graph, "tanh")]);
    CHECK(s.plan.output_buffers[0].bytes == 64);
    CHECK_FALSE(s.plan.output_buffers[0].scalar);
    REQUIRE(s.plan.outputs.size() == 1);
    CHECK(s.plan.outputs[0].node == s.plan.outputs[0].array);
}

TEST_CASE("a view that begins inside an array has a slot of its own") {
    const Tensor x = counted(8);
    const Tensor first = half(x, false), second = half(x, true);
    const Tensor root = exp(first) + tanh(second) + half(x, true);
    const PendingGraph graph = graph_of(root);
    const Slotted s(graph);
    const SlotIndex slot = s.slots[graph.position(*x.node())];
    CHECK(s.slots[graph.position(*first.node())] == slot);
    CHECK(s.slots[graph.position(*second.node())] != slot);
    CHECK(s.slots[find(graph, "half", 2)] == s.slots[graph.position(*second.node())]);
    REQUIRE(s.plan.offset_slots.size() == 1);
    CHECK(s.plan.offset_slots[0].base == slot);
    CHECK(s.plan.offset_slots[0].bytes == 16);
    const auto output =
        std::ranges::find(s.plan.outputs, graph.position(*second.node()), &Output::node);
    REQUIRE(output != s.plan.outputs.end());
    CHECK(output->offset == 16);
}

TEST_CASE("groups and calls read views inside arrays of any kind") {
    const auto values = [](const Tensor& t) { return t.to_vector<float>(); };
    const Tensor x = counted(512 * 4);
    const auto check = [&](const Tensor& whole) {
        const Tensor root = half(whole, true) - half(whole, false);
        CHECK(values(root) == std::vector<float>(512 * 2, 1024));
        const Tensor again = half(half(whole, true), true) - half(half(whole, true), false);
        CHECK(values(again) == std::vector<float>(512, 512));
        CHECK(values(matmul(reshape(half(whole, true), {1, 1024}),
                            Tensor(ones({1024, 1}).array())))[0] == 1024 * 1535.5F);
    };
    SECTION("known") { check(x); }
    SECTION("in the workspace") { check(x * 1.0); }
    SECTION("held, and gone before its view") {
        Tensor second;
        {
            const Tensor held = x * 1.0;
            second = half(held, true);
            evaluate({held, second});
        }
        CHECK(second.data<float>()[0] == 1024);
        CHECK(values(second + 1.0)[1] == 1026);
    }
}

TEST_CASE("an array that is read in parts is not written over") {
    constexpr Index n = 4096;
    const Tensor x = counted(2 * n), column = reshape(counted(n), {n, 1});
    evaluate(column);
    const auto record_sums = [&] {  // held values would not lie in the workspace
        const Tensor product = matmul(reshape(x, {2 * n, 1}), Tensor(ones({1, 1}).array()));
        const Tensor both = reshape(product, {2, n}) + half(reshape(product, {2 * n}), false);
        return matmul(both, column);
    };
    const std::vector<float> sums = record_sums().to_vector<float>();
    for (int row = 0; row < 2; ++row) {
        double wanted = 0;
        for (int k = 0; k < n; ++k) wanted += (row * n + 2.0 * k) * k;
        CHECK(sums[static_cast<std::size_t>(row)] == Approx(wanted));
    }
}
