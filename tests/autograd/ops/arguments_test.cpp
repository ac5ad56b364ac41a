// What calls accept, what they refuse to compile, and what the braces mean.
#include "catch.hpp"
#include "support/elements.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::floats;

namespace {

// Whether an operation takes these arguments after a tensor.
template <class... A>
concept Sum = requires(Tensor x, A... a) {
    shikumi::sum(x, a...);
};
template <class... A>
concept Mean = requires(Tensor x, A... a) {
    shikumi::mean(x, a...);
};
template <class... A>
concept Prod = requires(Tensor x, A... a) {
    shikumi::prod(x, a...);
};
template <class... A>
concept Max = requires(Tensor x, A... a) {
    shikumi::max(x, a...);
};
template <class... A>
concept Min = requires(Tensor x, A... a) {
    shikumi::min(x, a...);
};
template <class... A>
concept Var = requires(Tensor x, A... a) {
    shikumi::var(x, a...);
};
template <class... A>
concept Std = requires(Tensor x, A... a) {
    shikumi::std(x, a...);
};
template <class... A>
concept LogSumExp = requires(Tensor x, A... a) {
    shikumi::logsumexp(x, a...);
};
template <class... A>
concept Norm = requires(Tensor x, A... a) {
    shikumi::norm(x, a...);
};
template <class... A>
concept Any = requires(Tensor x, A... a) {
    shikumi::any(x, a...);
};
template <class... A>
concept All = requires(Tensor x, A... a) {
    shikumi::all(x, a...);
};
template <class... A>
concept ArgMax = requires(Tensor x, A... a) {
    shikumi::argmax(x, a...);
};
template <class... A>
concept ArgMin = requires(Tensor x, A... a) {
    shikumi::argmin(x, a...);
};
template <class... A>
concept Softmax = requires(Tensor x, A... a) {
    shikumi::softmax(x, a...);
};
template <class... A>
concept LogSoftmax = requires(Tensor x, A... a) {
    shikumi::log_softmax(x, a...);
};
template <class... A>
concept Flip = requires(Tensor x, A... a) {
    shikumi::flip(x, a...);
};
template <class... A>
concept Squeeze = requires(Tensor x, A... a) {
    shikumi::squeeze(x, a...);
};
template <class... A>
concept ExpandDims = requires(Tensor x, A... a) {
    shikumi::expand_dims(x, a...);
};
template <class... A>
concept Split = requires(Tensor x, A... a) {
    shikumi::split(x, a...);
};
template <class... A>
concept Repeat = requires(Tensor x, A... a) {
    shikumi::repeat(x, a...);
};
template <class... A>
concept MaxPool = requires(Tensor x, A... a) {
    shikumi::max_pool(x, a...);
};
template <class... A>
concept Gelu = requires(Tensor x, A... a) {
    shikumi::gelu(x, a...);
};
template <class... A>
concept Concatenate = requires(std::vector<Tensor> x, A... a) {
    concatenate(x, a...);
};
template <class... A>
concept Stack = requires(std::vector<Tensor> x, A... a) {
    stack(x, a...);
};
template <class... A>
concept Take = requires(Tensor x, A... a) {
    take(x, x, a...);
};
template <class... A>
concept TakeAlong = requires(Tensor x, A... a) {
    take_along_axis(x, x, a...);
};
template <class A>
concept Subscript = requires(Tensor x, A a) {
    x[a];
};
template <class X>
concept AxesInBraces = requires(X x) {
    sum(x, {true});
};
template <class X>
concept NormInBraces = requires(X x) {
    norm(x, {1});
};
template <class X>
concept AssignsToElement = requires(X x) {
    x[0] = x;
};
template <class X>
concept AddsToElement = requires(X x) {
    x[0] += x;
};

// An axis is an integer of any type, and nothing else; keepdims is a bool, and nothing else.
static_assert(Sum<> && Sum<int> && Sum<std::int64_t> && Sum<unsigned> && Sum<Axes>);
static_assert(Sum<int, bool> && Sum<Axes, bool>);
static_assert(!Sum<bool> && !Sum<double> && !Sum<float> && !Sum<DType>);
static_assert(!Sum<int, int> && !Sum<Axes, int> && !Sum<int, double>);
static_assert(!Mean<bool> && !Prod<bool> && !Max<bool> && !Min<bool> && !Var<bool> && !Std<bool>);
static_assert(!LogSumExp<bool> && !Norm<bool> && !Any<bool> && !All<bool>);
static_assert(!Mean<int, int> && !Prod<int, int> && !Max<int, int> && !Min<int, int>);
static_assert(!LogSumExp<int, int> && !Any<int, int> && !All<int, int>);
static_assert(Var<int, bool, int> && Std<Axes, bool, int>);
static_assert(!Var<int, int> && !Var<int, int, int> && !Std<int, int> && !Std<int, int, int>);
static_assert(!Var<int, bool, double> && !Var<int, bool, bool>);
static_assert(ArgMax<> && ArgMax<int> && ArgMax<std::optional<int>> && ArgMax<int, bool>);
static_assert(!ArgMax<bool> && !ArgMax<double> && !ArgMax<int, int>);
static_assert(ArgMin<int> && !ArgMin<bool> && !ArgMin<int, int>);
static_assert(Softmax<int> && !Softmax<bool> && !Softmax<double>);
static_assert(LogSoftmax<int> && !LogSoftmax<bool>);
static_assert(Flip<int> && !Flip<bool> && Squeeze<int> && !Squeeze<bool>);
static_assert(ExpandDims<int> && !ExpandDims<bool>);
static_assert(Concatenate<int> && !Concatenate<bool> && Stack<int> && !Stack<bool>);
static_assert(Take<int> && !Take<bool> && TakeAlong<int> && !TakeAlong<bool>);
static_assert(!AxesInBraces<Tensor>);

// A number behind norm would be its order elsewhere.
static_assert(!Norm<int> && !Norm<double> && !Norm<int, bool> && !Norm<unsigned, bool>);
static_assert(Norm<> && Norm<Axes> && Norm<Axes, bool> && NormInBraces<Tensor>);

static_assert(Split<int> && Split<Index, int> && Split<std::vector<Index>>);
static_assert(!Split<bool> && !Split<double> && !Split<int, bool>);
static_assert(Repeat<int, int> && !Repeat<double, int> && !Repeat<int, bool>);
static_assert(MaxPool<int> && MaxPool<PerAxis> && !MaxPool<double> && !MaxPool<bool>);
static_assert(Gelu<bool> && !Gelu<int> && !Gelu<double>);

static_assert(Subscript<int> && Subscript<Index> && Subscript<Slice>);
static_assert(!Subscript<bool> && !Subscript<double>);
static_assert(!AssignsToElement<Tensor> && !AddsToElement<Tensor>);

// 0, 1, … under a shape.
Tensor counted(const Shape& shape) { return reshape(arange(shape.size()).cast(f32), shape); }

}  // namespace

TEST_CASE("axes beyond every integer type are outside the rank", "[ops]") {
    const Tensor x = ones({2, 3});
    CHECK_THROWS_AS(sum(x, std::int64_t{1} << 32), ShapeError);
    CHECK_THROWS_AS(sum(x, SIZE_MAX), ValueError);
    CHECK_THROWS_AS(softmax(x, std::int64_t{1} << 40), ShapeError);
    CHECK(sum(x, std::uint8_t{1}).shape() == Shape{2});
    CHECK(sum(x, {-1, 0}).shape() == Shape{});
    CHECK(sum(x, Axes(std::vector<int>{1})).shape() == Shape{2});
}

TEST_CASE("norm takes its axes in braces", "[ops]") {
    const Tensor x = tensor({{3, 4}, {6, 8}});
    CHECK(floats(norm(x, {1})) == std::vector<float>{5, 10});
    CHECK(norm(x, {1}, true).shape() == Shape{2, 1});
    CHECK(norm(x, Axes(0)).shape() == Shape{2});
}

TEST_CASE("split by a number makes equal parts, by braces parts of these sizes", "[ops]") {
    const Tensor x = counted({6});
    CHECK(split(x, 3).size() == 3);
    CHECK(split(x, {6}).size() == 1);
    const auto parts = split(x, {2, 4});
    REQUIRE(parts.size() == 2);
    CHECK(floats(parts[1]) == std::vector<float>{2, 3, 4, 5});
    CHECK_THROWS_WITH(split(x, {3}), contains("[split]"));
    CHECK_THROWS_WITH(split(x, 4), contains("[split]"));
    CHECK_THROWS_AS(split(x, 0), ShapeError);
    CHECK(split(counted({2, 4}), {1, 3}, -1)[0].shape() == Shape{2, 1});
}

TEST_CASE("braces mean the same for convolution and pooling", "[ops]") {
    const Tensor x = ones({1, 6, 6, 1}), kernel = ones({2, 2, 1, 1});
    const Shape wanted{1, 3, 5, 1};
    CHECK(convolution(x, kernel, {.strides = {2, 1}}).shape() == wanted);
    CHECK(max_pool(x, 2, {.strides = {2, 1}}).shape() == wanted);
    CHECK(average_pool(x, {2, 2}, {.strides = {2, 1}}).shape() == wanted);
    CHECK(max_pool(x, 2).shape() == Shape{1, 3, 3, 1});
    CHECK(max_pool(x, 2, {.strides = {}}).shape() == Shape{1, 3, 3, 1});
    CHECK(max_pool(x, 2, {.strides = std::nullopt}).shape() == Shape{1, 3, 3, 1});
    CHECK(max_pool(x, 2, {.strides = {1}}).shape() == Shape{1, 5, 5, 1});
    CHECK(convolution_transpose(ones({1, 3, 5, 1}), kernel, {.strides = {2, 1}}, {6, 6}).shape() ==
          x.shape());
    const ConvolutionOptions brief{.padding = {{1, 0}, {0, 1}}},
        full{.padding = {{{1, 0}, {0, 1}}}};
    CHECK(brief.padding.widths() == full.padding.widths());
    CHECK(max_pool(ones({1, 4, 1}), 2, {.padding = {{1, 1}}}).shape() == Shape{1, 3, 1});
    CHECK(max_pool(ones({1, 4, 1}), 2, {.padding = {{{1, 1}}}}).shape() == Shape{1, 3, 1});
}

TEST_CASE("positions and slices in brackets", "[ops]") {
    const Tensor x = counted({3, 4});
    CHECK(floats(x[1]) == std::vector<float>{4, 5, 6, 7});
    CHECK(floats(x[-1]) == std::vector<float>{8, 9, 10, 11});
    CHECK(x[0][1].item<float>() == 1);
    CHECK(x[{2, -1}].item<float>() == 11);
    CHECK(x[{2, -1}].shape() == Shape{});
    CHECK(floats(x[{Slice{}, 1}]) == std::vector<float>{1, 5, 9});
    CHECK(floats(x[Slice{1, 3}][Slice{1}]) == std::vector<float>{8, 9, 10, 11});
    CHECK(floats(x[{1, Slice{.stop = 2}}]) == std::vector<float>{4, 5});
    CHECK(floats(x[{1, Slice{.step = -1}}]) == std::vector<float>{7, 6, 5, 4});
    CHECK(floats(x[{Slice{0, 3, 2}, 0}]) == std::vector<float>{0, 8});
    CHECK(x[Slice{5, 9}].shape() == Shape{0, 4});
    CHECK(x[std::uint8_t{2}].shape() == Shape{4});
    CHECK_THROWS_AS(x[3], ValueError);
    CHECK_THROWS_AS(x[-4], ValueError);
    CHECK_THROWS_AS((x[{0, 4}]), ValueError);
    CHECK_THROWS_AS((x[{0, 0, 0}]), ShapeError);
    CHECK_THROWS_WITH(scalar(1)[0], contains("[subscript]"));
}

TEST_CASE("compound assignment gives the variable a new value and leaves the old one alone",
          "[ops]") {
    Tensor x = tensor({4, 6});
    const Tensor before = x, y = x * 10;
    x += 2;
    x -= tensor({1, 1});
    x *= x;
    x /= 5;
    CHECK(floats(x) == std::vector<float>{5, 49.0F / 5});
    x -= 1;
    x *= 2;
    x /= tensor({2, 2});
    x += tensor({1, 1});
    CHECK(floats(x) == std::vector<float>{5, 49.0F / 5});
    CHECK(floats(before) == std::vector<float>{4, 6});
    CHECK(floats(y) == std::vector<float>{40, 60});
    CHECK_THROWS_AS(x += tensor({1, 2, 3}), ShapeError);
    CHECK_THROWS_AS(x *= ones({2}, f64), DTypeError);
    CHECK(floats(x) == std::vector<float>{5, 49.0F / 5});
}

TEST_CASE("logic by operators", "[ops]") {
    const Tensor x = tensor({-1, 0, 1, 2}), low = x > -1, high = x < 2;
    CHECK(floats(low & high) == std::vector<float>{0, 1, 1, 0});
    CHECK(floats((!low) | !high) == std::vector<float>{1, 0, 0, 1});
    CHECK(floats(low ^ high) == std::vector<float>{1, 0, 0, 1});
    CHECK_THROWS_AS(x & low, DTypeError);
    CHECK_THROWS_AS(!x, DTypeError);
    CHECK(floats(0 < x) == std::vector<float>{0, 0, 1, 1});
}

TEST_CASE("where of two numbers, clip between tensors", "[ops]") {
    const Tensor x = tensor({-3, 0, 3, NAN});
    CHECK(where(x > 0, 1, 0).dtype() == f32);
    CHECK(floats(where(x > 0, 1, -0.5)) == std::vector<float>{-0.5F, -0.5F, 1, -0.5F});
    CHECK(where(x > 0, 7, 0, u8).to_vector<std::uint8_t>() ==
          std::vector<std::uint8_t>{0, 0, 7, 0});
    CHECK_THROWS_AS(where(x > 0, 300, 0, u8), ValueError);

    const Tensor low = tensor({-1, 1, 4, 0}), high = tensor({1, 2, 2, 1});
    const std::vector<float> between = floats(clip(x, low, high));
    CHECK(std::vector<float>(between.begin(), between.end() - 1) == std::vector<float>{-1, 1, 2});
    CHECK(between[3] != between[3]);
    CHECK(isnan(clip(tensor({1}), tensor({NAN}), 2)).item<bool>());
    CHECK(isnan(clip(tensor({1}), 0, tensor({NAN}))).item<bool>());
    CHECK(clip(ones({2, 1}), zeros({3}), 2).shape() == Shape{2, 3});
    CHECK_THROWS_AS(clip(ones({2}), ones({3}), 2), ShapeError);
    CHECK_THROWS_AS(clip(ones({2}), ones({2}, f64), 2), DTypeError);
}
