// Groups as programs over numbered values.
#include <shikumi/autograd/evaluate/plan/lower_group.hpp>
#include <shikumi/autograd/evaluate/plan/make_plan.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "plan_testing.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using namespace shikumi_test;

TEST_CASE("a group reads arrays block by block, numbers where they are, and expands the rest") {
    const Tensor x = known({300, 100}), row = known({100}), number = known({});
    const Tensor root = maximum(x * number, row);
    const Plan plan = make_plan(graph_of(root));
    REQUIRE(plan.groups.size() == 1);
    const FusionGroup& group = plan.groups[0];
    CHECK(group.size == 30000);
    CHECK_FALSE(group.single_block);
    REQUIRE(group.instructions == 2);
    REQUIRE(group.values == 5);
    const auto value = [&](std::uint32_t v) { return plan.values[group.first_value + v]; };
    const Instruction &product = plan.instructions[0], &largest = plan.instructions[1];
    CHECK(value(product.in[0]).element == 4);
    CHECK(value(product.in[1]).element == 0);
    CHECK(value(product.in[1]).slot != no_slot);
    CHECK(value(product.out).slot == no_slot);
    CHECK(largest.in[0] == product.out);
    CHECK(value(largest.out).slot == plan.output_buffers[0].slot);
    REQUIRE(group.broadcasts == 1);
    const Broadcast& broadcast = plan.broadcasts[0];
    CHECK(broadcast.value == largest.in[1]);
    CHECK(broadcast.rank == 2);
    CHECK(broadcast.sizes[0] == 300);
    CHECK_FALSE(broadcast.moves[0]);
    CHECK(broadcast.moves[1]);
    CHECK(broadcast.constant);  // blocks are whole rows
}

TEST_CASE("a group of a single block names slots instead of values") {
    const Tensor x = known({10});
    const Tensor root = tanh(exp(x));
    const Plan plan = make_plan(graph_of(root));
    REQUIRE(plan.groups.size() == 1);
    CHECK(plan.groups[0].single_block);
    REQUIRE(plan.block_slots.size() == 1);
    CHECK(plan.instructions[0].in[0] == plan.leaves[0].slot);
    CHECK(plan.instructions[0].out == plan.block_slots[0].slot);
    CHECK(plan.instructions[1].in[0] == plan.block_slots[0].slot);
    CHECK(plan.instructions[1].out == plan.output_buffers[0].slot);
}

TEST_CASE("a reduction takes in what its group computes") {
    const Tensor root = sum(square(known({100'000})));
    const Plan plan = make_plan(graph_of(root));
    REQUIRE(plan.groups.size() == 1);
    CHECK(plan.calls.empty());
    CHECK(plan.groups[0].reductions == 1);
    REQUIRE(plan.instructions.size() == 2);
    CHECK(plan.instructions[1].in[0] == plan.instructions[0].out);
    CHECK(plan.instructions[1].kernel == nullptr);
    CHECK(plan.reductions[0].out == plan.output_buffers[0].slot);
    CHECK(plan.output_buffers[0].scalar);
    CHECK(plan.scratch >= plan.groups[0].scratch());
}

TEST_CASE("a function gives its slope, too, where its group multiplies by that later") {
    const auto loops = [](const Plan& plan) {
        return std::ranges::count_if(plan.instructions,
                                     [](const Instruction& i) { return i.with_slope != nullptr; });
    };
    const Tensor x = known({10}), y = tanh(x);
    CHECK(loops(make_plan(graph_of(grad(sum(y * y), {x})[0]))) == 1);
    CHECK(loops(make_plan(graph_of(grad(sum(y), {x})[0]))) == 0);  // nobody asks for tanh x
    CHECK(loops(make_plan(graph_of(y))) == 0);
    CHECK(loops(make_plan(graph_of(tanh(y) + detail::tanh_gradient(x, y)))) == 1);
    CHECK(loops(make_plan(graph_of(tanh(y) + detail::tanh_gradient(x + 1, x)))) == 0);

    const Tensor shared = tanh(y) * detail::tanh_gradient(y, x);
    const Tensor alone = [&] {
        const Eager one_by_one;
        return tanh(y) * detail::tanh_gradient(y, x);
    }();
    CHECK(shared.to_vector<float>() == alone.to_vector<float>());
}
