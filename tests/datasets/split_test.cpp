#include <shikumi/datasets/split.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/datasets/bundled.hpp>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi_test;
using datasets::batches;
using datasets::take_rows;
using datasets::train_test_split;

namespace {

using Rows = std::vector<Index>;

Tensor numbered(Index n) {
    Rows rows(static_cast<std::size_t>(n));
    std::iota(rows.begin(), rows.end(), 0);
    return tensor(rows);
}

std::map<int, int> class_counts(const Tensor& labels) {
    std::map<int, int> counts;
    for (const int label : labels.to_vector<int>()) ++counts[label];
    return counts;
}

}  // namespace

TEST_CASE("take_rows", "[split]") {
    const Tensor x = tensor(std::vector<float>{0, 1, 2, 3, 4, 5}, {3, 2});
    CHECK(take_rows(x, Rows{2, 0, 2}).to_vector<float>() == std::vector<float>{4, 5, 0, 1, 4, 5});
    CHECK(take_rows(x, Rows{}).spec() == Spec{{0, 2}, f32});
    CHECK(take_rows(numbered(4), Rows{3}).spec() == Spec{{1}, i64});
    CHECK_THROWS_AS(take_rows(x, Rows{3}), ValueError);
    CHECK_THROWS_AS(take_rows(x, Rows{-1}), ValueError);
    CHECK_THROWS_AS(take_rows(scalar(1), Rows{0}), ShapeError);
}

TEST_CASE("train_test_split keeps every sample once, with its label", "[split]") {
    const auto [train, test] =
        train_test_split(numbered(101), numbered(101), {.stratified = false});
    CHECK(test.features.shape() == Shape{30});
    auto all = train.features.to_vector<Index>();
    const auto tested = test.features.to_vector<Index>();
    CHECK(test.labels.to_vector<Index>() == tested);
    all.insert(all.end(), tested.begin(), tested.end());
    CHECK(!std::is_sorted(all.begin(), all.end()));
    std::sort(all.begin(), all.end());
    CHECK(all == numbered(101).to_vector<Index>());
}

TEST_CASE("train_test_split is stratified", "[split]") {
    const auto iris = datasets::iris();
    const auto split =
        train_test_split(iris.features, iris.labels, {.test_fraction = 0.3, .seed = 7});
    CHECK(split.train.features.shape() == Shape{105, 4});
    CHECK(class_counts(split.test.labels) == std::map<int, int>{{0, 15}, {1, 15}, {2, 15}});
    CHECK(class_counts(split.train.labels) == std::map<int, int>{{0, 35}, {1, 35}, {2, 35}});

    // 7, 2 and 1 samples, labelled -5, 3 and 9: shares of 2.8, 0.8 and 0.4, four in all.
    std::vector<Index> labels{-5, 3, -5, -5, 9, -5, -5, 3, -5, -5};
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const auto uneven =
            train_test_split(numbered(10), tensor(labels), {.test_fraction = 0.4, .seed = seed});
        CHECK(class_counts(uneven.test.labels) == std::map<int, int>{{-5, 3}, {3, 1}});
    }
}

TEST_CASE("stratified totals are exact for any fraction", "[split]") {
    std::vector<Index> labels;
    for (Index c = 0; c < 9; ++c)
        labels.insert(labels.end(), static_cast<std::size_t>(3 + 5 * c), c);
    const auto n = static_cast<Index>(labels.size());
    for (double fraction = 0.01; fraction < 1; fraction += 0.01) {
        const auto split =
            train_test_split(numbered(n), tensor(labels), {.test_fraction = fraction});
        const Index tested = split.test.labels.size();
        CHECK(tested == std::llround(fraction * static_cast<double>(n)));
        for (const auto& [label, count] : class_counts(split.test.labels)) {
            const double share =
                static_cast<double>((3 + 5 * label) * tested) / static_cast<double>(n);
            CHECK(std::abs(count - share) < 1);
        }
    }
}

TEST_CASE("the same seed gives the same split, another seed gives another", "[split]") {
    const auto part = [](std::uint64_t seed) {
        return train_test_split(numbered(50), numbered(50), {.seed = seed, .stratified = false})
            .test.features.to_vector<Index>();
    };
    CHECK(part(1) == part(1));
    CHECK(part(1) != part(2));
}

TEST_CASE("train_test_split refuses", "[split]") {
    CHECK_THROWS_AS(train_test_split(numbered(3), numbered(4)), ShapeError);
    CHECK_THROWS_AS(train_test_split(scalar(1), numbered(1)), ShapeError);
    CHECK_THROWS_AS(train_test_split(numbered(1), numbered(1)), ValueError);
    for (const double fraction : {0.0, 1.0, -0.5, 2.0, std::nan("")})
        CHECK_THROWS_AS(train_test_split(numbered(4), numbered(4), {.test_fraction = fraction}),
                        ValueError);
    CHECK_THROWS_WITH(train_test_split(numbered(2), ones({2, 3})),
                      contains("pass .stratified = false"));
    CHECK(train_test_split(numbered(2), ones({2, 3}), {.stratified = false}).test.labels.shape() ==
          Shape{1, 3});
    CHECK(
        train_test_split(numbered(2), numbered(2), {.test_fraction = 0.999}).train.labels.size() ==
        1);
}

TEST_CASE("batches", "[split]") {
    CHECK(batches(5, 2) == std::vector<Rows>{{0, 1}, {2, 3}, {4}});
    CHECK(batches(2, 9) == std::vector<Rows>{{0, 1}});
    CHECK(batches(0, 3).empty());
    Generator rng(3);
    Rows all;
    for (const Rows& batch : batches(100, 32, rng)) {
        CHECK((batch.size() == 32 || batch.size() == 4));
        all.insert(all.end(), batch.begin(), batch.end());
    }
    CHECK(!std::is_sorted(all.begin(), all.end()));
    std::sort(all.begin(), all.end());
    CHECK(all == numbered(100).to_vector<Index>());
    CHECK(batches(100, 32, rng) != batches(100, 32, rng));
    CHECK_THROWS_AS(batches(3, 0), ValueError);
    CHECK_THROWS_AS(batches(-1, 2), ValueError);
}
