// A graph has a signature if, and only if, it would have the same plan.
#include <shikumi/autograd/evaluate/run/graph_signature.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

namespace {

// The graph that `f` records. Its temporaries are gone, so that no handle holds inner nodes.
template <class F>
Tensor recorded(F f) {
    return f();
}

Tensor row_of_ones(Index n = 4) { return Tensor(ones({n}).array()); }

GraphSignature described(const Tensor& root) {
    return GraphSignature(PendingGraph({&root, 1}, {}));
}

bool matches(const GraphSignature& s, const Tensor& root) {
    std::vector<const Node*> nodes;
    return s.matches({&root, 1}, {}, nodes);
}

std::uint64_t structure_hash_of(const Tensor& root) {
    return structure_hash(PendingGraph({&root, 1}, {}));
}

}  // namespace

TEST_CASE("a signature matches graphs that differ only in values") {
    const GraphSignature s =
        described(recorded([] { return exp(row_of_ones()) * 2.0 + row_of_ones(); }));
    const auto same = [&](auto f) { return matches(s, recorded(f)); };
    CHECK(same([] { return exp(row_of_ones()) * 3.0 + row_of_ones(); }));
    const Tensor x = row_of_ones();
    CHECK(same([&] { return exp(x) * 3.0 + x; }));  // one leaf may replace two
    CHECK_FALSE(same([] { return exp(row_of_ones()) * 2.0 - row_of_ones(); }));
    CHECK_FALSE(same([] { return exp(row_of_ones(5)) * 2.0 + row_of_ones(5); }));
    CHECK_FALSE(same([] { return exp(row_of_ones().cast(f64)) * 2.0 + row_of_ones().cast(f64); }));
    CHECK_FALSE(same([] { return row_of_ones() + exp(row_of_ones()) * 2.0; }));
    CHECK_FALSE(same([] {
        return exp(row_of_ones()) * row_of_ones() + row_of_ones();
    }));  // a scalar is not an array
}

TEST_CASE("the signature tells a node read twice from two equal nodes") {
    const auto squared = [] {
        const Tensor t = tanh(row_of_ones());
        return t * t;
    };
    const auto product = [] { return tanh(row_of_ones()) * tanh(row_of_ones()); };
    const GraphSignature once = described(squared());
    const GraphSignature twice = described(product());
    CHECK(matches(once, squared()));
    CHECK(matches(twice, product()));
    CHECK_FALSE(matches(once, product()));
    CHECK_FALSE(matches(twice, squared()));
}

TEST_CASE("the signature tells nodes with handles from others") {
    const auto graph = [](Tensor& inner) {
        inner = exp(row_of_ones());
        return inner * 2.0;
    };
    Tensor held;
    const GraphSignature with = described(graph(held));
    Tensor dropped;
    const Tensor root = graph(dropped);
    CHECK(matches(with, root));
    dropped = Tensor();
    CHECK_FALSE(matches(with, root));
    const GraphSignature without = described(recorded([] { return exp(row_of_ones()) * 2.0; }));
    CHECK(matches(without, root));
    CHECK_FALSE(matches(without, graph(held)));
}

TEST_CASE("the signature contains attributes") {
    const auto kept = [] { return sum(exp(row_of_ones()), 0, true); };
    const GraphSignature s = described(kept());
    CHECK(matches(s, kept()));
    CHECK_FALSE(matches(s, recorded([] { return sum(exp(row_of_ones()), 0, false); })));
    CHECK_FALSE(matches(s, recorded([] { return max(exp(row_of_ones()), 0, true); })));
}

TEST_CASE("the signature treats an evaluated node as a value") {
    const auto graph = [](const Tensor& inner) { return inner * 2.0 + 1.0; };
    const GraphSignature pending = described(recorded([&] { return graph(exp(row_of_ones())); }));
    const Tensor known = exp(row_of_ones());
    evaluate(known);
    CHECK_FALSE(matches(pending, graph(known)));
    CHECK(matches(described(graph(row_of_ones())), graph(known)));
}

TEST_CASE("graphs of the same operations, shapes and edges have the same hash") {
    const auto one = [](double value, const Shape& shape) {
        const Tensor x = Tensor(full(shape, value).array());
        return structure_hash_of(tanh(x * x) + x);
    };
    CHECK(one(1, {4}) == one(2, {4}));
    CHECK(one(1, {4}) != one(1, {5}));
    const Tensor x = row_of_ones(4), y = row_of_ones(4);
    CHECK(structure_hash_of(x * y + y) != structure_hash_of(x * y + x));
    CHECK(structure_hash_of(x * y + y) != structure_hash_of(x * y - y));
}
