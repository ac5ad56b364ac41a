// CategoryEncoding and Discretization.
#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::OutputMode;
using shikumi_test::check_values;
using shikumi_test::contains;

namespace {

// Numbers from 0 to 2, which aren't differentiated.
nn::Lambda some_indices() {
    return nn::Lambda([](const Tensor& x) { return clip(floor(x), 0, 2).cast(i64); });
}

// Encoded indices that depend on something with a gradient.
nn::Lambda with_dtype(DType dtype) {
    return nn::Lambda([dtype](const Tensor& x) { return x.cast(dtype); });
}

}  // namespace

TEST_CASE("check_layer passes layers that encode numbers", "[nn]") {
    nn::check_layer(nn::Sequential(some_indices(), nn::CategoryEncoding(3, {.dtype = f64})),
                    {2, 4});
    nn::check_layer(
        nn::Sequential(nn::Discretization({.bin_boundaries = {-0.5, 0.5}}), with_dtype(f64)),
        {2, 4});
}

TEST_CASE("CategoryEncoding makes vectors of indices", "[nn]") {
    const Tensor x = tensor({{0, 2, 2}, {1, 0, 1}}, i64);
    check_values(nn::CategoryEncoding(3)(x), {1, 0, 1, 1, 1, 0});
    nn::CategoryEncoding count(3, {.output_mode = OutputMode::count});
    check_values(count(x), {1, 0, 2, 1, 2, 0});
    const Tensor weights = tensor({{0.5, 2, 1}, {1, 1, 0.25}});
    check_values(count(std::vector{x, weights})[0], {0.5, 0, 3, 1, 1.25, 0});
    nn::CategoryEncoding one_hot(3, {.output_mode = OutputMode::one_hot});
    CHECK(one_hot(x).shape() == Shape{2, 3, 3});
    CHECK(one_hot(slice(x, 1, {0, 1})).shape() == Shape{2, 3});
    CHECK(one_hot(tensor({0, 2}, i64)).shape() == Shape{2, 3});
    CHECK(nn::CategoryEncoding(3)(tensor({0, 2}, i64)).shape() == Shape{2, 3});
    check_values(nn::CategoryEncoding(3)(tensor({{0., 2.}})), {1, 0, 1});

    REQUIRE_THROWS_AS(nn::CategoryEncoding(0), ValueError);
    REQUIRE_THROWS_AS(nn::CategoryEncoding(3, {.output_mode = OutputMode::tf_idf}), ValueError);
    REQUIRE_THROWS_WITH(nn::CategoryEncoding(3)(tensor({{3}}, i64)).to_vector<float>(),
                        contains("index 3"));
    REQUIRE_THROWS_AS(nn::CategoryEncoding(3)(tensor({{0.5}})).to_vector<float>(), ValueError);
    REQUIRE_THROWS_AS(count(std::vector{x, ones({2})}), ShapeError);
    REQUIRE_THROWS_AS(nn::CategoryEncoding(3)(std::vector{x, weights}), ValueError);
}

TEST_CASE("Discretization finds bins", "[nn]") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    nn::Discretization bins({.bin_boundaries = {-1, 0, 2.5}});
    const Tensor x = tensor({-infinity, -1., -0.5, 0., 2.5, infinity, std::nan("")});
    CHECK(bins(x).dtype() == i64);
    CHECK(bins(x).to_vector<int>() == std::vector{0, 1, 1, 2, 3, 3, 3});
    CHECK(bins(x.cast(f64)).to_vector<int>() == std::vector{0, 1, 1, 2, 3, 3, 3});
    check_values(nn::Discretization({.bin_boundaries = {0}, .output_mode = OutputMode::count})(
                     tensor({{-1., 1., 2.}})),
                 {1, 2});
}

TEST_CASE("Discretization takes boundaries from data", "[nn]") {
    nn::Discretization bins({.num_bins = 4});
    REQUIRE_THROWS_AS(bins(ones({1, 1})), StateError);
    nn::Discretization adapted({.num_bins = 4});
    adapted.adapt(tensor({8, 7, 6, 5, 4, 3, 2, 1}));
    CHECK(adapted.bin_boundaries() == std::vector<double>{2, 4, 6});
    nn::Discretization thirds({.num_bins = 3});
    thirds.adapt(tensor({1, 2, 3, 4}));
    CHECK(thirds.bin_boundaries()[0] == Approx(4 / 3.0));
    CHECK(thirds.bin_boundaries()[1] == Approx(8 / 3.0));
    nn::Discretization one({.num_bins = 1});
    CHECK(one(ones({2, 1})).to_vector<int>() == std::vector{0, 0});

    adapted(ones({1, 1}));
    REQUIRE_THROWS_AS(adapted.adapt(ones({4})), StateError);
    REQUIRE_THROWS_AS(thirds.adapt(zeros({0})), ValueError);
    REQUIRE_THROWS_AS(thirds.adapt(tensor({1., std::nan("")})), ValueError);
    REQUIRE_THROWS_AS(nn::Discretization({.bin_boundaries = {1, 0}}), ValueError);
    REQUIRE_THROWS_AS(nn::Discretization({}), ValueError);
    REQUIRE_THROWS_AS(nn::Discretization({.bin_boundaries = {1}, .num_bins = 2}), ValueError);
    REQUIRE_THROWS_AS(nn::Discretization({.bin_boundaries = {1}})(ones({2, 2}, i64)), DTypeError);
    REQUIRE_THROWS_AS(nn::Discretization({.bin_boundaries = {1}}).adapt(ones({4})), StateError);
}
