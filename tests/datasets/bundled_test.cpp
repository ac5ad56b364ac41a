#include <shikumi/datasets/bundled.hpp>

#include <algorithm>
#include <numeric>

#include "catch.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi_test;

TEST_CASE("lecture_patterns counts in binary", "[bundled]") {
    const auto [features, labels] = datasets::lecture_patterns();
    CHECK(features.spec() == Spec{{16, 4}, f32});
    const auto pixels = features.to_vector<int>();
    for (int row = 0; row < 16; ++row) {
        const auto* p = &pixels[static_cast<std::size_t>(4 * row)];
        CHECK(8 * p[0] + 4 * p[1] + 2 * p[2] + p[3] == row);
    }
    CHECK(labels.spec() == Spec{{16}, i64});
    CHECK(labels.to_vector<int>() ==
          std::vector<int>{0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0});
}

TEST_CASE("iris is Fisher's table with its rows corrected", "[bundled]") {
    const auto iris = datasets::iris();
    REQUIRE(iris.features.spec() == Spec{{150, 4}, f32});
    REQUIRE(iris.labels.spec() == Spec{{150}, i64});
    CHECK(iris.feature_names ==
          std::vector<std::string>{"sepal_length", "sepal_width", "petal_length", "petal_width"});
    CHECK(iris.class_names == std::vector<std::string>{"setosa", "versicolor", "virginica"});
    const auto labels = iris.labels.to_vector<int>();
    for (std::size_t i = 0; i < 150; ++i) CHECK(labels[i] == static_cast<int>(i / 50));
    const auto values = iris.features.to_vector<float>();
    CHECK(std::vector<float>(values.begin() + 34 * 4, values.begin() + 35 * 4) ==
          std::vector<float>{4.9f, 3.1f, 1.5f, 0.2f});
    CHECK(std::vector<float>(values.begin() + 37 * 4, values.begin() + 38 * 4) ==
          std::vector<float>{4.9f, 3.6f, 1.4f, 0.1f});
    CHECK(std::accumulate(values.begin(), values.end(), 0.0) / 600 == Approx(3.4645).epsilon(1e-6));
}

TEST_CASE("digits are 1797 pictures of 8 x 8", "[bundled]") {
    const auto [images, labels] = datasets::digits();
    REQUIRE(images.spec() == Spec{{1797, 8, 8}, f32});
    REQUIRE(labels.spec() == Spec{{1797}, i64});
    const auto pixels = images.to_vector<float>();
    CHECK(*std::max_element(pixels.begin(), pixels.end()) == 16);
    CHECK(*std::min_element(pixels.begin(), pixels.end()) == 0);
    CHECK(std::vector<float>(pixels.begin(), pixels.begin() + 8) ==
          std::vector<float>{0, 0, 5, 13, 9, 1, 0, 0});
    std::vector<int> counts(10);
    for (const int label : labels.to_vector<int>()) ++counts[static_cast<std::size_t>(label)];
    CHECK(counts == std::vector<int>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
}
