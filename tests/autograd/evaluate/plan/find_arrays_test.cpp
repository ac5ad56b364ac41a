// The values that become arrays.
#include <shikumi/autograd/evaluate/plan/find_arrays.hpp>
#include <shikumi/autograd/evaluate/plan/levels.hpp>

#include "catch.hpp"
#include "plan_testing.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using namespace shikumi_test;

namespace {

Arrays arrays_of(const PendingGraph& graph) {
    ClassifiedGraph nodes = classify(graph);
    const FusionGroups fusion = fuse(nodes, assign_levels(nodes));
    return find_arrays(nodes, fusion);
}

}  // namespace

TEST_CASE("results of calls, values read by other steps, and outputs are arrays") {
    const Tensor x = known({4, 4});
    const Tensor root = tanh(matmul(exp(x) * 2.0, x));
    const PendingGraph graph = graph_of(root);
    const Arrays arrays = arrays_of(graph);
    CHECK_FALSE(arrays.stored[find(graph, "exp")]);
    CHECK(arrays.stored[find(graph, "multiply")]);
    CHECK(arrays.stored[find(graph, "matmul")]);
    CHECK(arrays.stored[find(graph, "tanh")]);
    CHECK_FALSE(arrays.outlives[find(graph, "matmul")]);
    CHECK(arrays.outlives[find(graph, "tanh")]);
    CHECK_FALSE(arrays.stored[graph.position(*x.node())]);
}

TEST_CASE("an array outlives the evaluation with its views") {
    const Tensor root = reshape(exp(known({4})), {2, 2});
    const PendingGraph graph = graph_of(root);
    const Arrays arrays = arrays_of(graph);
    CHECK(arrays.outlives[find(graph, "exp")]);
    CHECK(arrays.seen_by_view[find(graph, "exp")]);
    CHECK_FALSE(arrays.stored[find(graph, "reshape")]);
    CHECK_FALSE(arrays.read_in_parts[find(graph, "exp")]);
}
