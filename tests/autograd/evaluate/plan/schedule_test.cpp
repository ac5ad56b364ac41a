// The order of a plan's steps.
#include <shikumi/autograd/evaluate/plan/levels.hpp>
#include <shikumi/autograd/evaluate/plan/schedule.hpp>

#include "catch.hpp"
#include "plan_testing.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using namespace shikumi_test;

namespace {

Schedule schedule_of(const PendingGraph& graph) {
    ClassifiedGraph nodes = classify(graph);
    const auto levels = assign_levels(nodes);
    const FusionGroups fusion = fuse(nodes, levels);
    return make_schedule(nodes, levels, fusion);
}

}  // namespace

TEST_CASE("steps run by level, and arrays are alive until their last read") {
    const Tensor x = known({4, 4});
    const Tensor product = matmul(x, x);
    const Tensor root = matmul(exp(product), product);
    const PendingGraph graph = graph_of(root);
    const Schedule schedule = schedule_of(graph);
    REQUIRE(schedule.steps.size() == 3);
    const Position first = graph.position(*product.node()), last = graph.roots()[0];
    CHECK(schedule.step_of[first] == 0);
    CHECK(schedule.step_of[find(graph, "exp")] == 1);
    CHECK(schedule.step_of[last] == 2);
    CHECK(schedule.last_read[first] == 3);
    CHECK(schedule.last_reader[first] == last);
    CHECK(schedule.last_read[last] == 0);
}

TEST_CASE("steps that only assign come last") {
    const Parameter p("p", known({4}));
    const Tensor root = sum(matmul(known({4, 4}), known({4, 4})));
    const std::vector<Assignment> assignments{{p, p.value() * 2.0}};
    const PendingGraph graph({&root, 1}, assignments);
    const Schedule schedule = schedule_of(graph);
    REQUIRE(schedule.steps.size() == 3);
    CHECK(schedule.steps.back().updates);
    CHECK(schedule.step_of[graph.assigned()[0]] == 2);
    CHECK_FALSE(schedule.steps[0].updates);
}
