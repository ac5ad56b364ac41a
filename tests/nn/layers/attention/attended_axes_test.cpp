// Axes without attention are folded into the batch.
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/attention/detail/attended_axes.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using nn::detail::AttendedAxes;
using shikumi_test::numbers;

TEST_CASE("axes that aren't attended over join the batch, and come back", "[nn]") {
    const Tensor x = reshape(arange(120), {2, 3, 4, 5});
    const AttendedAxes last("test", {2}, 4), first("test", {1}, 4), all("test", {}, 4);
    CHECK(numbers(last.fold(x)) == numbers(x));
    CHECK(last.fold(x).shape() == Shape{6, 4, 5});
    CHECK(first.fold(x).shape() == Shape{8, 3, 5});
    CHECK(numbers(first.fold(x)) == numbers(transpose(x, {0, 2, 1, 3})));
    CHECK(all.fold(x).shape() == Shape{2, 12, 5});
    for (const AttendedAxes& axes : {last, first, all}) {
        const Tensor folded = axes.fold(x);
        CHECK(numbers(axes.unfold(folded, x.shape())) == numbers(x));
        CHECK(axes.unfold(slice(folded, 2, {0, 2}), x.shape()).shape() == Shape{2, 3, 4, 2});
    }
    CHECK(first.batch(x.shape()) == std::vector<Index>{2, 4});
    CHECK(first.steps(x.shape()) == std::vector<Index>{3});
}

TEST_CASE("a mask is repeated for the axes that aren't attended over", "[nn]") {
    const Tensor mask = reshape(arange(8), {2, 2, 2}) > 3;
    const AttendedAxes axes("test", {2}, 4);
    const Tensor folded = axes.fold_mask(mask, {2, 3, 2, 5});
    CHECK(folded.shape() == Shape{6, 2, 2});
    CHECK(numbers(sum(folded.cast(f32), {1, 2})) == std::vector<double>{0, 0, 0, 4, 4, 4});
    const AttendedAxes plain("test", {}, 3);
    CHECK(plain.fold_mask(mask, {2, 2, 5}).shape() == mask.shape());
}

TEST_CASE("batch and features can't be attended over", "[nn]") {
    CHECK_THROWS_AS(AttendedAxes("test", {0}, 4), ShapeError);
    CHECK_THROWS_AS(AttendedAxes("test", {-1}, 4), ShapeError);
    CHECK_THROWS_AS(AttendedAxes("test", {}, 2), ShapeError);
}
