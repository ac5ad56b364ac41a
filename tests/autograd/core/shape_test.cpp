#include <sstream>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/shape.hpp>

#include "catch.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

constexpr Index large = Index{1} << 40;

std::vector<Index> list(const Shape& s) {
    const auto sizes = s.sizes();
    return {sizes.begin(), sizes.end()};
}

}  // namespace

TEST_CASE("a shape returns its sizes", "[shape]") {
    const std::vector<std::vector<Index>> lists{{},
                                                {0},
                                                {5},
                                                {2, 3},
                                                {2, 3, 4},
                                                {2, 3, 4, 5},
                                                {2, 3, 4, 5, 6},
                                                {1, 1, 1, 1, 1, 1, 1, 1},
                                                {large},
                                                {3, large},
                                                {1, 2, 3, large},
                                                {(Index{1} << 31) - 1, 2},
                                                {2, (Index{1} << 31) - 1},
                                                {Index{1} << 31},
                                                {0, large, large}};
    for (const auto& sizes : lists) {
        const Shape shape(sizes);
        CAPTURE(to_string(shape));
        CHECK(list(shape) == sizes);
        CHECK(shape.rank() == static_cast<int>(sizes.size()));
        for (const auto& other : lists) CHECK((shape == Shape(other)) == (sizes == other));
    }
    CHECK(Shape{2, 3, 4}.size() == 24);
    CHECK(Shape{}.size() == 1);
    CHECK(Shape{0, large, large}.size() == 0);
    CHECK(Shape{2, 3}.front() == 2);
    CHECK(Shape{2, 3}.back() == 3);
    CHECK(Shape{2, 3}.with_back(large) == Shape{2, large});
    CHECK(Shape{2, 3}.with_front(7) == Shape{7, 3});
    CHECK(Shape{}.empty());
    CHECK(sizeof(Shape) == 16);
}

TEST_CASE("impossible shapes are refused", "[shape]") {
    CHECK_THROWS_AS((Shape{2, -1}), ShapeError);
    CHECK_THROWS_AS((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), ShapeError);
    CHECK_THROWS_AS((Shape{large, large}), ShapeError);
    CHECK_THROWS_AS(Shape{}.back(), ShapeError);
    CHECK_THROWS_AS(Shape{}.with_front(2), ShapeError);
    Shape::Sizes sizes = Shape{1, 1, 1, 1, 1, 1, 1, 1}.sizes();
    CHECK_THROWS_AS(sizes.push_back(1), ShapeError);
}

TEST_CASE("shapes print as NumPy's", "[shape]") {
    CHECK(to_string(Shape{}) == "()");
    CHECK(to_string(Shape{3}) == "(3,)");
    CHECK(to_string(Shape{2, 3}) == "(2, 3)");
    CHECK(to_string(Spec{{2, 3}, i64}) == "i64 (2, 3)");
    std::ostringstream out;
    out << Shape{4} << Spec{{}, f32};
    CHECK(out.str() == "(4,)f32 ()");
    CHECK(Spec{{2, 3}, f64}.bytes() == 48);
}

TEST_CASE("shapes broadcast as NumPy's", "[shape]") {
    const auto both = [](const Shape& a, const Shape& b) {
        const Shape c = broadcast("add", a, b);
        CHECK(broadcast("add", b, a) == c);
        return c;
    };
    CHECK(both({2, 3}, {2, 3}) == Shape{2, 3});
    CHECK(both({2, 3}, {}) == Shape{2, 3});
    CHECK(both({3, 1, 4}, {2, 1}) == Shape{3, 2, 4});
    CHECK(both({1}, {0}) == Shape{0});
    CHECK(both({2, 1}, {1, 0}) == Shape{2, 0});
    CHECK_THROWS_AS(broadcast("add", {2, 3}, {2, 4}), ShapeError);
    CHECK_THROWS_AS(broadcast("add", {2}, {0}), ShapeError);
    CHECK_THROWS_WITH(broadcast("add", {2, 3}, {4}),
                      contains("[add]") && contains("(2, 3)") && contains("(4,)"));
}

TEST_CASE("axes count from either end", "[shape]") {
    CHECK(normalize_axis("sum", 1, 3) == 1);
    CHECK(normalize_axis("sum", -1, 3) == 2);
    CHECK(normalize_axis("sum", -3, 3) == 0);
    CHECK_THROWS_AS(normalize_axis("sum", 3, 3), ShapeError);
    CHECK_THROWS_AS(normalize_axis("sum", -4, 3), ShapeError);
    CHECK_THROWS_AS(normalize_axis("sum", Index{1} << 32, 3), ShapeError);
    CHECK_THROWS_WITH(normalize_axis("sum", 0, 0), contains("[sum]") && contains("scalar"));
}
