// Plans are kept for graphs that come again, and found for them.
#include <shikumi/autograd/evaluate/plan/make_plan.hpp>
#include <shikumi/autograd/evaluate/run/plan_cache.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "autograd/evaluate/run/run_testing.hpp"
#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using shikumi_test::graph_of;

namespace {

constexpr std::size_t no_budget = EvaluationOptions().memory_budget;

// A chain of `length` operations: each length is another structure.
Tensor chain(int length) {
    Tensor t = Tensor(ones({4}).array());
    for (int i = 0; i < length; ++i) t = tanh(t);
    return t;
}

void keep(PlanCache& cache, const Tensor& root, std::size_t budget = no_budget) {
    const PendingGraph graph = graph_of(root);
    cache.keep(make_plan(graph), graph, budget);
}

// The number of the plan that is found for this graph; 0: none.
std::uint64_t found(PlanCache& cache, const Tensor& root, std::size_t budget = no_budget) {
    std::vector<const Node*> nodes;
    const Plan* plan = cache.find({&root, 1}, {}, budget, nodes);
    if (plan) CHECK(nodes.size() == graph_of(root).size());
    return plan ? plan->number : 0;
}

}  // namespace

TEST_CASE("a kept plan is found for graphs of its structure and budget alone") {
    PlanCache cache;
    CHECK(found(cache, chain(1)) == 0);
    keep(cache, chain(1));
    keep(cache, chain(2));
    const std::uint64_t one = found(cache, chain(1)), two = found(cache, chain(2));
    CHECK(one != 0);
    CHECK(two != 0);
    CHECK(one != two);
    CHECK(found(cache, chain(1)) == one);
    CHECK(found(cache, chain(3)) == 0);
    CHECK(found(cache, chain(1), 1000) == 0);
    keep(cache, chain(1), 1000);
    CHECK(found(cache, chain(1), 1000) != one);
    CHECK(found(cache, chain(1)) == one);
}

TEST_CASE("the oldest plans make room") {
    PlanCache cache;
    for (int length = 1; length <= 32; ++length) keep(cache, chain(length));
    for (int length = 1; length <= 32; ++length) CHECK(found(cache, chain(length)) != 0);
    keep(cache, chain(33));
    int left = 0;
    for (int length = 1; length <= 32; ++length) left += found(cache, chain(length)) != 0 ? 1 : 0;
    CHECK(left == 31);
    CHECK(found(cache, chain(33)) != 0);
}

TEST_CASE("a structure was seen before when it comes for the second time") {
    PlanCache cache;
    CHECK_FALSE(cache.seen_before(graph_of(chain(1)), no_budget));
    CHECK_FALSE(cache.seen_before(graph_of(chain(2)), no_budget));
    CHECK_FALSE(cache.seen_before(graph_of(chain(1)), 1000));
    CHECK(cache.seen_before(graph_of(chain(1)), no_budget));
    CHECK_FALSE(cache.seen_before(graph_of(chain(1)), no_budget));  // its plan should be kept now
}
