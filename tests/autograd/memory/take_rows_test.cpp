// Rows of arrays by index.
#include "catch.hpp"

#include <vector>

#include <shikumi/autograd/memory/take_rows.hpp>

using namespace shikumi;

namespace {

template <class T>
std::vector<T> taken(const std::vector<T>& values, const Shape& shape, std::vector<Index> rows) {
    const Array all = Array::of(std::span<const T>(values), shape);
    const Array result = detail::take_rows(all, rows);
    const std::span<const T> numbers = result.template data<T>();
    return {numbers.begin(), numbers.end()};
}

}  // namespace

TEST_CASE("rows are taken in order, some of them twice", "[take_rows]") {
    CHECK(taken<float>({1, 2, 3, 4, 5, 6}, {3, 2}, {2, 0, 2}) ==
          std::vector<float>{5, 6, 1, 2, 5, 6});
}

TEST_CASE("rows of an odd number of bytes, and long ones, are taken whole", "[take_rows]") {
    CHECK(taken<std::uint8_t>({1, 2, 3, 4, 5, 6}, {2, 3}, {1}) ==
          std::vector<std::uint8_t>{4, 5, 6});
    std::vector<double> numbers(20);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i);
    CHECK(taken<double>(numbers, {2, 10}, {1}) ==
          std::vector<double>(numbers.begin() + 10, numbers.end()));
}

TEST_CASE("no rows, and rows without elements, give an empty array", "[take_rows]") {
    CHECK(taken<float>({1, 2}, {2, 1}, {}).empty());
    const Array none({Shape{2, 0}, f32});
    CHECK(detail::take_rows(none, std::vector<Index>{1, 0, 1}).shape() == Shape{3, 0});
}
