// Levels order the steps that depend on each other.
#include <shikumi/autograd/evaluate/plan/levels.hpp>

#include "catch.hpp"
#include "plan_testing.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using namespace shikumi_test;

TEST_CASE("a level ends where one group can't compute both values") {
    const Tensor x = known({4, 4});
    const Tensor root = matmul(tanh(exp(x)), x) + 1.0;
    const PendingGraph graph = graph_of(root);
    const auto levels = assign_levels(classify(graph));
    CHECK(levels[graph.position(*x.node())] == 0);
    CHECK(levels[find(graph, "exp")] == levels[find(graph, "tanh")]);
    CHECK(levels[find(graph, "matmul")] == levels[find(graph, "tanh")] + 1);
    CHECK(levels[find(graph, "add")] == levels[find(graph, "matmul")] + 1);
}

TEST_CASE("values of known inputs alone are computed just before they are read") {
    const Tensor x = known({4, 4});
    const Tensor root = matmul(matmul(exp(x), x), x) * tanh(x);
    const PendingGraph graph = graph_of(root);
    const auto levels = assign_levels(classify(graph));
    CHECK(levels[find(graph, "tanh")] == levels[find(graph, "multiply")]);
    CHECK(levels[find(graph, "exp")] + 1 == levels[find(graph, "matmul")]);
    CHECK(levels[find(graph, "matmul")] == 2);
}

TEST_CASE("copies are computed just before they are read") {
    const Tensor x = known({4, 4});
    const Tensor inner = matmul(x, x) * 2.0;
    const Tensor root = matmul(exp(matmul(inner, x)), inner);
    const PendingGraph graph = graph_of(root);
    Repetition repetition;
    for (Position i = 0; i < graph.size(); ++i) {
        repetition.late.push_back(graph.is_root(i));
        repetition.dropped.push_back(&graph[i] == inner.node());
    }
    const PendingGraph copied = graph.repeated(repetition);
    const auto levels = assign_levels(classify(copied));
    for (Position i = 0; i < copied.size(); ++i) {
        if (copied.is_copy(i)) CHECK(levels[i] + 1 == levels[copied.roots()[0]]);
    }
}
