// The kind of computation of each value.
#include <shikumi/autograd/evaluate/plan/classify.hpp>

#include "catch.hpp"
#include "plan_testing.hpp"

using namespace shikumi;
using namespace shikumi::detail;
using namespace shikumi_test;

TEST_CASE("nodes are classified by their operation's form") {
    const Tensor x = known({4, 4});
    const Tensor root = matmul(exp(x), reshape(known({16}), {4, 4}));
    const PendingGraph graph = graph_of(root);
    const ClassifiedGraph nodes = classify(graph);
    CHECK(nodes.kind(graph.position(*x.node())) == NodeKind::known);
    CHECK(nodes.kind(find(graph, "exp")) == NodeKind::pointwise);
    CHECK(nodes.kind(find(graph, "reshape")) == NodeKind::view);
    CHECK(nodes.kind(find(graph, "matmul")) == NodeKind::call);
    CHECK_FALSE(nodes.computed(find(graph, "reshape")));
    CHECK_FALSE(nodes.computed(graph.position(*x.node())));
    CHECK(nodes.computed(find(graph, "matmul")));
}

TEST_CASE("a reduction of a group's value is fed by it; another one is a call") {
    const Tensor root = sum(exp(known({40}))) + sum(known({40}));
    const PendingGraph graph = graph_of(root);
    const ClassifiedGraph nodes = classify(graph);
    const Position fed = find(graph, "sum");
    CHECK(nodes.kind(fed) == NodeKind::reduction);
    CHECK(nodes.in_group(fed));
    CHECK(nodes.space(fed) == Shape{40});
    CHECK(nodes.can_fuse(find(graph, "exp"), fed));
    CHECK(nodes.kind(find(graph, "sum", 1)) == NodeKind::call);
}

TEST_CASE("pointwise operations read through broadcasts and views of one shape") {
    const Tensor x = known({3});
    const Tensor root = exp(broadcast_to(x, {2, 3}));
    const PendingGraph graph = graph_of(root);
    const ClassifiedGraph nodes = classify(graph);
    const Position broadcast = find(graph, "broadcast_to");
    CHECK(nodes.kind(broadcast) == NodeKind::broadcast);
    CHECK(nodes.source(broadcast) == graph.position(*x.node()));
    nodes.for_each_read(find(graph, "exp"), [&](Position read, std::uint32_t input) {
        CHECK(read == graph.position(*x.node()));
        CHECK(input == 0);
    });
}

TEST_CASE("a broadcast that a call or the user reads is an array") {
    const Tensor held = broadcast_to(known({3}), {2, 3});
    const Tensor root = matmul(broadcast_to(known({1, 4}), {3, 4}), known({4, 2})) + sum(exp(held));
    const PendingGraph graph = graph_of(root);
    const ClassifiedGraph nodes = classify(graph);
    CHECK(nodes.kind(graph.position(*held.node())) == NodeKind::call);
    CHECK(nodes.source(graph.position(*held.node())) == graph.position(*held.node()));
    CHECK(nodes.kind(find(graph, "broadcast_to")) == NodeKind::call);
}

TEST_CASE("a graph with a placeholder is refused") {
    Node* node = new_node();
    node->spec = {Shape{2}, f32};
    const Tensor placeholder = Tensor::adopt(node);
    const Tensor root = exp(placeholder);
    const PendingGraph graph = graph_of(root);
    CHECK_THROWS_AS(classify(graph), StateError);
}
