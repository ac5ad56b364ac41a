// Flattens values made of Tensors and rebuilds them.
#include <map>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/tensor_tree.hpp>
#include <shikumi/autograd/memory/array.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace {

Tensor leaf() { return Tensor(Array({Shape{}, f32})); }

struct Batch {
    std::vector<Tensor> x, y;
    Tensor weights;
};
struct Named {
    std::string name;
    Batch batch;
    int step = 0;
};
struct Wide {
    Tensor a, b, c, d, e, f, g, h, i, j, k, l;
};
struct TooWide {
    Tensor a, b, c, d, e, f, g, h, i, j, k, l, m;
};
struct Empty {};

bool same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Tensor& s, const Tensor& t) { return s.node() == t.node(); });
}

template <class Tree>
std::vector<std::size_t> sizes(const Tree& tree) {
    std::vector<std::size_t> list;
    visit_tree(
        tree, [](const Tensor&) {}, [&](std::size_t size) { list.push_back(size); });
    return list;
}

}  // namespace

TEST_CASE("trees are Tensors, containers and aggregates of trees, and constants") {
    STATIC_REQUIRE(TensorTree<Tensor>);
    STATIC_REQUIRE(TensorTree<std::vector<std::pair<Tensor, std::optional<Tensor>>>>);
    STATIC_REQUIRE(TensorTree<std::tuple<std::array<Tensor, 3>, Batch, std::string>>);
    STATIC_REQUIRE(TensorTree<Wide>);
    STATIC_REQUIRE(TensorTree<Spec>);
    STATIC_REQUIRE(TensorTree<std::vector<bool>>);
    STATIC_REQUIRE(TensorTree<Empty>);
    STATIC_REQUIRE_FALSE(TensorTree<TooWide>);
    STATIC_REQUIRE_FALSE(TensorTree<std::map<std::string, Tensor>>);  // would hide its Tensors
    STATIC_REQUIRE_FALSE(TensorTree<const Tensor*>);
    STATIC_REQUIRE_FALSE(TensorTree<std::span<const Tensor>>);

    STATIC_REQUIRE(TensorOnlyTree<Batch>);
    STATIC_REQUIRE(TensorOnlyTree<std::tuple<>>);
    STATIC_REQUIRE_FALSE(TensorOnlyTree<Named>);
    STATIC_REQUIRE_FALSE(TensorOnlyTree<TooWide>);
}

TEST_CASE("a tree is flattened in the order of its members") {
    const Tensor a = leaf(), b = leaf(), c = leaf();
    CHECK(same(flatten_tree(a), {a}));
    CHECK(same(flatten_tree(Batch{{a, b}, {c}, {}}), {a, b, c, Tensor()}));
    CHECK(same(flatten_tree(std::tuple(c, std::vector{b}, std::array{a, a})), {c, b, a, a}));
    CHECK(same(flatten_tree(std::pair(std::optional(a), std::optional<Tensor>())), {a}));
    CHECK(same(flatten_tree(std::pair(3, Named{"n", {{a}, {}, b}, 7})), {a, b}));
    CHECK(flatten_tree(Empty()).empty());
    const Wide wide{a, a, a, a, a, a, a, a, a, a, b, c};
    CHECK(flatten_tree(wide).size() == 12);
    CHECK(flatten_tree(wide).back().node() == c.node());
}

TEST_CASE("a tree's sizes are those of its vectors and optionals") {
    const Tensor a = leaf();
    CHECK(sizes(a).empty());
    CHECK(sizes(Batch{{a, a}, {a}, {}}) == std::vector<std::size_t>{2, 1});
    CHECK(sizes(Batch{{a}, {a, a}, {}}) == std::vector<std::size_t>{1, 2});
    CHECK(sizes(std::vector{std::optional(a), std::optional<Tensor>()}) ==
          std::vector<std::size_t>{2, 1, 0});
    CHECK(sizes(std::pair(a, std::vector{1, 2, 3})).empty());  // holds no Tensors
}

TEST_CASE("a tree is rebuilt from its Tensors, with the constants it had") {
    const Tensor a = leaf(), b = leaf(), c = leaf();
    const Named like{"first", {{a, a}, {}, b}, 7};
    const std::vector<Tensor> others{b, Tensor(), c};
    const Named tree = rebuild_tree(like, others);
    CHECK(tree.name == "first");
    CHECK(tree.step == 7);
    CHECK(same(flatten_tree(tree), others));
    CHECK(same(flatten_tree(like), {a, a, b}));
    CHECK_THROWS_WITH(rebuild_tree(like, std::span(others).first(2)),
                      Catch::Matchers::Contains("holds 3 tensors, got 2"));
    CHECK_THROWS_AS(rebuild_tree(a, others), ValueError);
}

TEST_CASE("a tree's Tensors can be replaced where they are") {
    const Tensor a = leaf(), b = leaf();
    Batch batch{{a}, {a}, a};
    for_each_tensor(batch, [&](Tensor& t) { t = b; });
    CHECK(same(flatten_tree(batch), {b, b, b}));
    std::optional<Tensor> nothing;
    for_each_tensor(nothing, [&](Tensor& t) { t = b; });
    CHECK_FALSE(nothing);
}
