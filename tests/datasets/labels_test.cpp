#include <shikumi/datasets/labels.hpp>

#include <cstdint>

#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi_test;
using datasets::confusion_matrix;
using datasets::to_categorical;

namespace {

Tensor integers(const std::vector<std::int64_t>& values) { return tensor(values); }
Tensor integers(const std::vector<std::int64_t>& values, const Shape& shape) {
    return tensor(values, shape);
}

}  // namespace

TEST_CASE("to_categorical", "[labels]") {
    const std::vector<float> expected{1, 0, 0, 0, 0, 1, 0, 1, 0};
    CHECK(to_categorical(std::vector<int>{0, 2, 1}).spec() == Spec{{3, 3}, f32});
    CHECK(to_categorical(std::vector<int>{0, 2, 1}).to_vector<float>() == expected);
    CHECK(to_categorical(integers({0, 2, 1})).to_vector<float>() == expected);
    CHECK(to_categorical(tensor(std::vector<std::uint8_t>{0, 2, 1})).to_vector<float>() ==
          expected);
    CHECK(to_categorical(std::vector<int>{1}, 4).to_vector<float>() ==
          std::vector<float>{0, 1, 0, 0});
    CHECK(to_categorical(integers({0, 2, 1}, {3, 1})).shape() == Shape{3, 3});
    CHECK(to_categorical(integers({0, 2, 1, 0}, {2, 2})).shape() == Shape{2, 2, 3});
    CHECK(to_categorical(integers({3})).shape() == Shape{1, 4});
    CHECK(to_categorical(integers({}), 3).shape() == Shape{0, 3});
}

TEST_CASE("to_categorical refuses bad labels", "[labels]") {
    CHECK_THROWS_AS(to_categorical(std::vector<int>{0, 3}, 3), ValueError);
    CHECK_THROWS_WITH(to_categorical(std::vector<int>{0, 3}, 3),
                      contains("[to_categorical] label 3 at position 1 is outside [0, 3)"));
    CHECK_THROWS_AS(to_categorical(std::vector<int>{0, -1}), ValueError);
    CHECK_THROWS_AS(to_categorical(std::vector<int>{-1}), ValueError);
    CHECK_THROWS_AS(to_categorical(std::vector<int>{}), ValueError);
    CHECK_THROWS_AS(to_categorical(std::vector<int>{1}, -2), ValueError);
    CHECK_THROWS_AS(to_categorical(tensor(std::vector<float>{0, 1})), DTypeError);
}

TEST_CASE("confusion_matrix", "[labels]") {
    const Tensor counts = confusion_matrix(integers({0, 1, 2, 2, 2}), integers({0, 2, 2, 2, 0}));
    CHECK(counts.spec() == Spec{{3, 3}, i64});
    CHECK(counts.to_vector<int>() == std::vector<int>{1, 0, 0, 0, 0, 1, 1, 0, 2});
    CHECK(confusion_matrix(integers({0}), integers({0}), 2).to_vector<int>() ==
          std::vector<int>{1, 0, 0, 0});

    CHECK_THROWS_AS(confusion_matrix(integers({0, 1}), integers({0})), ShapeError);
    CHECK_THROWS_AS(confusion_matrix(integers({0, 5}), integers({0, 1}), 3), ValueError);
    CHECK_THROWS_AS(confusion_matrix(integers({0}), tensor(std::vector<float>{0})), DTypeError);
}
