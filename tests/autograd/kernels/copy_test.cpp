// Compares copies between layouts with loops over single elements.
#include "catch.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include <shikumi/autograd/memory/array.hpp>
#include <shikumi/autograd/ops/ops.hpp>

using namespace shikumi;
using shikumi_test::contains;

namespace {

Tensor counting(const Shape& shape) { return reshape(arange(shape.size()), shape); }

// Position of element `flat` of `shape`.
std::vector<Index> position(const Shape& shape, Index flat) {
    std::vector<Index> p(static_cast<std::size_t>(shape.rank()));
    for (int i = shape.rank() - 1; i >= 0; --i) {
        p[static_cast<std::size_t>(i)] = flat % shape[i];
        flat /= shape[i];
    }
    return p;
}

Index flat(const Shape& shape, const std::vector<Index>& p) {
    Index at = 0;
    for (int i = 0; i < shape.rank(); ++i) at = at * shape[i] + p[static_cast<std::size_t>(i)];
    return at;
}

}  // namespace

TEST_CASE("transposes of all orders and many sizes") {
    for (const Shape& shape :
         {Shape{3, 5}, Shape{33, 70}, Shape{700, 300}, Shape{2, 3, 4}, Shape{17, 18, 19},
          Shape{1, 5, 1, 6}, Shape{40, 3, 50, 20}, Shape{0, 3}}) {
        std::vector<int> order(static_cast<std::size_t>(shape.rank()));
        std::iota(order.begin(), order.end(), 0);
        do {
            const Tensor t = transpose(counting(shape), order);
            const std::vector<Index> values = t.to_vector<Index>();
            bool right = true;
            for (Index i = 0; i < t.size(); ++i) {
                const std::vector<Index> to = position(t.shape(), i);
                std::vector<Index> from(to.size());
                for (std::size_t a = 0; a < to.size(); ++a)
                    from[static_cast<std::size_t>(order[a])] = to[a];
                right = right && values[static_cast<std::size_t>(i)] == flat(shape, from);
            }
            CHECK(right);
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

TEST_CASE("transposes that move no element don't copy") {
    const Tensor x = counting({2, 3});
    CHECK(transpose(x, {0, 1}).node() == x.node());
    CHECK(transpose(counting({1, 3})).to_vector<int>() == std::vector<int>{0, 1, 2});
    CHECK(transpose(counting({3}), {0}).shape() == Shape{3});
    CHECK(transpose(scalar(2)).item<int>() == 2);
    CHECK_THROWS_AS(transpose(x, {0, 0}), ShapeError);
    CHECK_THROWS_AS(transpose(x, {0}), ShapeError);
    CHECK_THROWS_AS(transpose(x, {0, 2}), ShapeError);
}

TEST_CASE("slices are Python's") {
    const Tensor x = counting({10});
    const auto cut = [&](std::optional<Index> start, std::optional<Index> stop, Index step) {
        return slice(x, 0, {start, stop, step}).to_vector<int>();
    };
    using List = std::vector<int>;
    CHECK(cut(2, 5, 1) == List{2, 3, 4});
    CHECK(cut(-3, {}, 1) == List{7, 8, 9});
    CHECK(cut({}, -7, 1) == List{0, 1, 2});
    CHECK(cut({}, {}, 4) == List{0, 4, 8});
    CHECK(cut({}, {}, -4) == List{9, 5, 1});
    CHECK(cut(7, 2, -2) == List{7, 5, 3});
    CHECK(cut(100, -100, -3) == List{9, 6, 3, 0});
    CHECK(cut(-100, 100, 5) == List{0, 5});
    CHECK(cut(5, 5, 1) == List{});
    CHECK(cut(5, 2, 1) == List{});
    CHECK(cut(3, {}, std::numeric_limits<Index>::max()) == List{3});
    CHECK(cut(3, {}, std::numeric_limits<Index>::min()) == List{3});
    CHECK_THROWS_AS(cut(0, 1, 0), ValueError);
    CHECK_THROWS_AS(slice(x, {Slice{}, Slice{}}), ShapeError);
    CHECK(slice(counting({4, 5}), {{1, 3}, {{}, {}, -2}}).to_vector<int>() ==
          List{9, 7, 5, 14, 12, 10});
    CHECK(flip(counting({2, 3})).to_vector<int>() == List{5, 4, 3, 2, 1, 0});
    CHECK(flip(counting({2, 3}), 0).to_vector<int>() == List{3, 4, 5, 0, 1, 2});
}

TEST_CASE("padding, joining, repeating") {
    using List = std::vector<int>;
    const Tensor x = counting({2, 2});
    CHECK(pad(x, {{1, 0}, {0, 1}}).to_vector<int>() == List{0, 0, 0, 0, 1, 0, 2, 3, 0});
    CHECK(pad(x, {{0, 0}, {1, 1}}, 9).to_vector<int>() == List{9, 0, 1, 9, 9, 2, 3, 9});
    CHECK(pad(cast(x, f32), {{0, 0}, {1, 0}}, -std::numeric_limits<float>::infinity())
              .to_vector<float>()[1] == 0);
    CHECK(concatenate({x, x}, 1).to_vector<int>() == List{0, 1, 0, 1, 2, 3, 2, 3});
    CHECK(stack({x, x}, -1).to_vector<int>() == List{0, 0, 1, 1, 2, 2, 3, 3});
    CHECK(tile(x, {2, 1, 2}).to_vector<int>() ==
          List{0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3});
    CHECK(tile(x, {2}).to_vector<int>() == List{0, 1, 0, 1, 2, 3, 2, 3});
    CHECK(repeat(x, 2, 0).to_vector<int>() == List{0, 1, 0, 1, 2, 3, 2, 3});
    CHECK(repeat(x, 2, 1).to_vector<int>() == List{0, 0, 1, 1, 2, 2, 3, 3});
    const std::vector<Tensor> parts = split(counting({6}), 3);
    CHECK(parts[1].to_vector<int>() == List{2, 3});
    CHECK(concatenate(std::vector<Tensor>(1000, counting({1}))).shape() == Shape{1000});
    CHECK_THROWS_AS(split(counting({6}), 4), ShapeError);
    CHECK_THROWS_AS(split(counting({6}), {2, 3}), ShapeError);
    CHECK_THROWS_AS(concatenate({x, counting({3, 3})}), ShapeError);
    CHECK(pad(x, {{0, -1}, {0, 0}}).shape() == Shape{x.shape()[0] - 1, x.shape()[1]});
    CHECK_THROWS_AS(pad(x, {{0, -1 - x.shape()[0]}, {0, 0}}), ShapeError);
}

TEST_CASE("reshape infers one size") {
    const Tensor x = counting({4, 3});
    CHECK(reshape(x, {2, -1}).shape() == Shape{2, 6});
    CHECK(reshape(zeros({0, 3}), {-1}).shape() == Shape{0});
    CHECK(reshape(scalar(1), {}).node() != nullptr);
    CHECK_THROWS_WITH(reshape(x, {5, -1}), contains("(4, 3)") && contains("(5, -1)"));
    CHECK_THROWS_WITH(reshape(x, {5, 2}), contains("(4, 3)") && contains("(5, 2)"));
    CHECK_THROWS_AS(reshape(x, {-1, -1}), ShapeError);
    CHECK_THROWS_AS(reshape(zeros({0}), {0, -1}), ShapeError);
    CHECK_THROWS_AS(squeeze(x, 0), ShapeError);
    CHECK(squeeze(ones({1, 3, 1})).shape() == Shape{3});
    CHECK(expand_dims(x, -1).shape() == Shape{4, 3, 1});
    CHECK(flatten(scalar(1)).shape() == Shape{1});
}
