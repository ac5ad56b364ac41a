// The snapshot of the graph for the whole evaluator.
#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>

#include <array>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

namespace {

Tensor known_twos(const Shape& shape) { return Tensor(full(shape, 2.0).array()); }

PendingGraph snapshot(const Tensor& root) { return {{&root, 1}, {}}; }

// The operations in the graph's order; "-" for a known value.
std::vector<std::string> names(const PendingGraph& graph) {
    std::vector<std::string> all;
    for (const Node* node : graph.nodes()) all.emplace_back(node->op ? node->op->name() : "-");
    return all;
}

using Names = std::vector<std::string>;
using Positions = std::vector<Position>;

Positions inputs(const PendingGraph& graph, Position i) {
    return {graph.inputs(i).begin(), graph.inputs(i).end()};
}

}  // namespace

TEST_CASE("a pending graph has inputs before consumers, down to known values") {
    const Tensor known = exp(known_twos({3}));
    evaluate(known);
    const Tensor root = tanh(known) + known_twos({3});
    const PendingGraph graph = snapshot(root);
    REQUIRE(graph.size() == 4);
    CHECK(graph[1].op->name() == "tanh");
    CHECK(graph[3].op->name() == "add");
    CHECK(inputs(graph, 1) == Positions{0});
    CHECK(inputs(graph, 3) == Positions{1, 2});
    CHECK_FALSE(graph.pending(0));  // evaluated, although it still has an operation
    CHECK(inputs(graph, 0).empty());
    CHECK(graph.pending(1));
    CHECK_FALSE(graph.pending(2));
    CHECK(graph.pending(3));
}

TEST_CASE("a pending graph knows its roots and the nodes with handles") {
    const Tensor x = known_twos({4});
    const Tensor held = exp(x);
    const Tensor root = held * held + tanh(x);
    const PendingGraph graph = snapshot(root);
    CHECK(names(graph) == Names{"-", "exp", "multiply", "tanh", "add"});
    const auto all = [&](auto property) {
        std::vector<bool> values;
        for (Position i = 0; i < graph.size(); ++i) values.push_back(property(i));
        return values;
    };
    using Bools = std::vector<bool>;
    CHECK(all([&](Position i) { return graph.is_root(i); }) == Bools{0, 0, 0, 0, 1});
    CHECK(all([&](Position i) { return graph.held(i); }) == Bools{1, 1, 0, 0, 1});
    CHECK(all([&](Position i) { return graph.is_output(i); }) == Bools{0, 1, 0, 0, 1});
    CHECK(graph.uses(0) == 2);
    CHECK(graph.uses(1) == 2);
    CHECK(graph.uses(4) == 0);
    CHECK(graph.position(*held.node()) == 1);
    CHECK(graph.position(*known_twos({}).node()) == PendingGraph::none);
}

TEST_CASE("a view's value lies in another node's array") {
    const Tensor x = known_twos({2, 3});
    const Tensor y = reshape(reshape(exp(x), {6}), {3, 2}) * reshape(x, {3, 2});
    const PendingGraph graph = snapshot(y);
    CHECK(names(graph) == Names{"-", "exp", "reshape", "reshape", "reshape", "multiply"});
    CHECK(graph.array(1) == 1);
    CHECK(graph.array(2) == 1);
    CHECK(graph.array(3) == 1);
    CHECK(graph.array(4) == 0);
    CHECK(graph.array(5) == 5);
    CHECK(graph.offset(3) == 0);
}

TEST_CASE("a view of a known scalar has its own array") {
    const Tensor root = reshape(known_twos({}), {1});
    const PendingGraph graph = snapshot(root);
    CHECK(names(graph) == Names{"-", "reshape"});
    CHECK(graph.array(1) == 1);
}

TEST_CASE("a pending graph knows the assigned values and the parameters' old ones") {
    const Parameter read("read", known_twos({2})), unread("unread", known_twos({2}));
    const Tensor root = exp(known_twos({2}));
    const std::vector<Assignment> assignments{{read, read.value() * 2.0}, {unread, root + 1.0}};
    const PendingGraph graph({&root, 1}, assignments);
    REQUIRE(graph.roots().size() == 3);
    CHECK(&graph[graph.roots()[0]] == root.node());
    REQUIRE(graph.assigned().size() == 2);
    for (std::size_t a = 0; a < 2; ++a) {
        CHECK(&graph[graph.assigned()[a]] == assignments[a].value.node());
        CHECK(graph.is_output(graph.assigned()[a]));
    }
    CHECK(&graph[graph.old_values()[0]] == read.value().node());
    CHECK(graph.old_values()[1] == PendingGraph::none);
}

TEST_CASE("a snapshot replaces the previous one") {
    PendingGraph graph;
    CHECK(graph.size() == 0);
    const std::array<Tensor, 2> roots{exp(known_twos({2})), tanh(known_twos({2}))};
    graph.reset(roots, {});
    CHECK(graph.size() == 4);
    const Tensor root = exp(known_twos({2}));
    graph.reset({&root, 1}, {});
    CHECK(names(graph) == Names{"-", "exp"});
    CHECK(graph.uses(0) == 1);
    CHECK_FALSE(graph.is_root(0));
    CHECK(graph.is_root(1));
    graph.clear();
    CHECK(graph.size() == 0);
}

TEST_CASE("late nodes read copies of the dropped ones") {
    const Tensor x = known_twos({2, 2});
    const Tensor held = exp(x);
    const Tensor root = tanh(reshape(held, {4})) * sum(held);
    const PendingGraph graph = snapshot(root);
    REQUIRE(names(graph) == Names{"-", "exp", "reshape", "tanh", "sum", "multiply"});
    Repetition repetition;
    repetition.dropped = {false, true, true, true, false, false};
    repetition.late = {false, false, false, false, false, true};
    const PendingGraph copied = graph.repeated(repetition);
    CHECK(names(copied) ==
          Names{"-", "exp", "reshape", "tanh", "sum", "exp", "reshape", "tanh", "multiply"});
    CHECK(inputs(copied, 5) == Positions{0});
    CHECK(inputs(copied, 6) == Positions{5});
    CHECK(inputs(copied, 7) == Positions{6});
    CHECK(inputs(copied, 8) == Positions{7, 4});
    CHECK(copied.array(6) == 5);
    CHECK(copied.is_copy(5));
    CHECK(copied.original(7) == 3);
    CHECK(copied.number(7) == 3);
    CHECK_FALSE(copied.is_copy(8));
    CHECK(copied.number(8) == 5);
    CHECK(copied.roots()[0] == 8);
    CHECK(copied.position(*root.node()) == 8);
    CHECK(copied.is_output(1));
    CHECK_FALSE(copied.is_output(5));  // a copy is no output
    CHECK(copied.uses(1) == graph.uses(1));
    CHECK(graph.position(*root.node()) == 5);
}
