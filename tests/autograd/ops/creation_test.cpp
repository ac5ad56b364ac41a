// Tensors from numbers.
#include "catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/memory/buffer.hpp>
#include <shikumi/autograd/ops/ops.hpp>

using namespace shikumi;
using shikumi_test::contains;

TEST_CASE("nested braces") {
    CHECK(tensor({1, 2, 3}).shape() == Shape{3});
    CHECK(tensor({1, 2, 3}).dtype() == f32);
    CHECK(tensor({{1, 2}, {3, 4}, {5, 6}}).to_vector<int>() == std::vector<int>{1, 2, 3, 4, 5, 6});
    CHECK(tensor({{{1}, {2}}}).shape() == Shape{1, 2, 1});
    CHECK(tensor({{0}}).shape() == Shape{1, 1});
    CHECK(tensor({{{0}}}).shape() == Shape{1, 1, 1});
    CHECK(tensor({0}).shape() == Shape{1});
    CHECK(tensor({1.5, 2.0}, f64).dtype() == f64);
    CHECK(tensor({true, false}, bool_).to_vector<bool>() == std::vector<bool>{true, false});
    CHECK(tensor({0, 255}, u8).to_vector<int>() == std::vector<int>{0, 255});
    const std::int64_t large = (std::int64_t{1} << 60) + 1;  // no double is this number
    CHECK(tensor({large}, i64).item<std::int64_t>() == large);
}

TEST_CASE("ragged braces name the place") {
    CHECK_THROWS_WITH(tensor({{1, 2}, {3}}), contains("at [1]"));
    CHECK_THROWS_WITH(tensor({{{1, 2}, {3, 4}}, {{5, 6}, {7}}}), contains("at [1][1]"));
    CHECK_THROWS_AS(tensor({{1, 2}, 3}), ShapeError);
    CHECK_THROWS_WITH(tensor({1, {2}}), contains("at [1]"));
}

TEST_CASE("numbers that do not fit are refused") {
    CHECK_THROWS_AS(tensor({256}, u8), ValueError);
    CHECK_THROWS_AS(tensor({-1}, u8), ValueError);
    CHECK_THROWS_AS(scalar(std::int64_t{1} << 31, i32), ValueError);
    CHECK_THROWS_AS(scalar(0x1p63, i64), ValueError);
    CHECK_THROWS_AS(scalar(std::nan(""), i64), ValueError);
    CHECK_THROWS_AS(scalar(2, bool_), ValueError);
    CHECK_THROWS_AS(scalar(1.5, i64), DTypeError);
    CHECK(scalar(-0x1p63, i64).item<std::int64_t>() == std::numeric_limits<std::int64_t>::min());
    CHECK(scalar(3.0, i32).item<int>() == 3);
}

TEST_CASE("a scalar lives in its node, filled tensors take no memory") {
    const std::size_t before = memory_stats().live;
    const Tensor s = scalar(2.5, f64);
    const Tensor z = zeros({1000, 1000}), o = ones({1000, 1000}), f = full({1000, 1000}, 7);
    CHECK(memory_stats().live == before);
    CHECK(s.evaluated());
    CHECK(s.item<double>() == 2.5);
    CHECK(o.to_vector<float>()[999999] == 1);
    CHECK(zeros({0, 3}).to_vector<float>().empty());
    CHECK(zeros({}).item<float>() == 0);
    CHECK(ones_like(zeros({2}, i32)).dtype() == i32);
    CHECK(full({2}, true, bool_).to_vector<bool>() == std::vector<bool>{true, true});
}

TEST_CASE("identity matrices") {
    CHECK(eye(2).to_vector<int>() == std::vector<int>{1, 0, 0, 1});
    CHECK(eye(2, 3, i64).to_vector<int>() == std::vector<int>{1, 0, 0, 0, 1, 0});
    CHECK(eye(0).shape() == Shape{0, 0});
    CHECK_THROWS_AS(eye(-1), ShapeError);
}

TEST_CASE("ranges of numbers") {
    CHECK(arange(3).dtype() == i64);
    CHECK(arange(3).to_vector<int>() == std::vector<int>{0, 1, 2});
    CHECK(arange(2, 9, 3).to_vector<int>() == std::vector<int>{2, 5, 8});
    CHECK(arange(5, 0, -2).to_vector<int>() == std::vector<int>{5, 3, 1});
    CHECK(arange(5, 0).shape() == Shape{0});
    CHECK(arange(0.0, 1, 0.25).dtype() == f32);
    CHECK(arange(0.0, 1, 0.25).to_vector<double>() == std::vector<double>{0, 0.25, 0.5, 0.75});
    CHECK(arange(0, 3, 1, f64).dtype() == f64);
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    CHECK(arange(least, most, most).to_vector<std::int64_t>() ==
          std::vector<std::int64_t>{least, -1, most - 1});
    CHECK(arange(most, least, least).to_vector<std::int64_t>() ==
          std::vector<std::int64_t>{most, -1});
    CHECK_THROWS_AS(arange(0, 3, 0), ValueError);
    CHECK_THROWS_AS(arange(0, std::numeric_limits<double>::infinity()), ValueError);
    CHECK_THROWS_AS(arange(0, 300, 1, u8), ValueError);
}

TEST_CASE("evenly spaced numbers") {
    CHECK(linspace(0, 1, 5).to_vector<double>() == std::vector<double>{0, 0.25, 0.5, 0.75, 1});
    const std::vector<double> x = linspace(-1, 0.3, 14, f64).to_vector<double>();
    CHECK(x.front() == -1);
    CHECK(x.back() == 0.3);
    CHECK(x[1] == Approx(-0.9));
    CHECK(linspace(2, 3, 1).to_vector<float>() == std::vector<float>{2});
    CHECK(linspace(2, 3, 0).shape() == Shape{0});
    const auto wide = linspace(-0x1.8p1023, 0x1.8p1023, 5, f64).to_vector<double>();
    CHECK(wide == std::vector<double>{-0x1.8p1023, -0x1.8p1022, 0, 0x1.8p1022, 0x1.8p1023});
    CHECK(linspace(0.1, 0.3, 7, f64).to_vector<double>().back() == 0.3);
    CHECK_THROWS_AS(linspace(0, INFINITY, 3), ValueError);
    CHECK_THROWS_AS(linspace(NAN, 1, 3), ValueError);
    CHECK_THROWS_AS(linspace(0, 1e39, 3), ValueError);
    CHECK(arange(-0x1.8p1023, 0x1.8p1023, 0x1p1023, f64).to_vector<double>() ==
          std::vector<double>{-0x1.8p1023, -0x1p1022, 0x1p1022});
    CHECK_THROWS_AS(arange(0.0, INFINITY, 1.0), ValueError);
    CHECK_THROWS_AS(arange(0.0, -INFINITY, 1.0), ValueError);
    CHECK_THROWS_AS(arange(0.0, 1.0, INFINITY), ValueError);
    CHECK_THROWS_AS(linspace(0, 1, -1), ValueError);
    CHECK_THROWS_AS(linspace(0, 1, 3, i64), DTypeError);
}
