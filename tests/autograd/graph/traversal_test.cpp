// Traversals: each node once, inputs first, whatever earlier traversals have left in the nodes.
#include <shikumi/autograd/graph/traversal.hpp>

#include <thread>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi::detail::Traversal;

namespace {

Traversal walk_from(const std::vector<Tensor>& roots) {
    std::vector<const Node*> nodes;
    for (const Tensor& t : roots) nodes.push_back(t.node());
    Traversal walk;
    walk.run(nodes, [](const Node&) { return true; });
    return walk;
}

// Whether each node comes once, behind its inputs, and the edges lead to them.
bool sound(const Traversal& walk) {
    for (std::uint32_t i = 0; i < walk.size(); ++i) {
        const auto inputs = walk.inputs(i);
        if (inputs.size() != walk[i].arity) return false;
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            if (inputs[k] >= i || &walk[inputs[k]] != walk[i].inputs()[k].node()) return false;
        }
        for (std::uint32_t j = 0; j < i; ++j) {
            if (&walk[j] == &walk[i]) return false;
        }
    }
    return true;
}

}  // namespace

TEST_CASE("any number that a node still holds is taken for no visit") {
    const Tensor a = ones({2}) * 1, b = a + a, c = b * a, d = c + exp(b);
    for (const std::uint32_t stale : {0U, 1U, 2U, 3U, 7U, ~0U - 1, ~0U}) {
        for (const Tensor& t : {a, b, c, d}) t.node()->visit = stale;
        const Traversal walk = walk_from({d, b, d});
        CHECK(walk.size() == walk_from({d}).size());
        CHECK(sound(walk));
    }
}

TEST_CASE("walks over parts of one graph, one after another, find what is theirs") {
    const Tensor a = ones({2}) * 1, b = a + a, c = exp(b) + a, d = exp(a) * c;
    for (int i = 0; i < 3; ++i) {
        for (const Tensor& root : {b, c, d, a}) {
            const Traversal walk = walk_from({root});
            CHECK(sound(walk));
            CHECK(walk.position(*root.node()) == walk.size() - 1);
            CHECK((walk.position(*d.node()) >= 0) == (root.node() == d.node()));
        }
    }
}

TEST_CASE("another thread's nodes are walked over as well") {
    const Tensor a = ones({2}) * 1, b = a + a, c = exp(b) + a;
    const std::uint32_t size = walk_from({c}).size();
    std::thread([&] {
        const Traversal walk = walk_from({c, b});
        CHECK(sound(walk));
        CHECK(walk.size() == size);
        CHECK(walk.position(*b.node()) >= 0);
    }).join();
    CHECK(sound(walk_from({c})));
}

TEST_CASE("a node's part that traversals read fits into a cache line") {
    const Tensor t = ones({2});
    const auto* const node = reinterpret_cast<const std::byte*>(t.node());
    CHECK(sizeof(Node) == 128);
    CHECK(reinterpret_cast<const std::byte*>(&t.node()->spec) + sizeof(Spec) <= node + 64);
    CHECK(reinterpret_cast<const std::byte*>(&t.node()->data) < node + 64);
}
