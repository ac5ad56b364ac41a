// Rows of an array by index.
#pragma once

#include <span>

#include <shikumi/autograd/memory/array.hpp>

namespace shikumi::detail {

/// A new array of these rows of `from`, which must all exist, in their order.
Array take_rows(const Array& from, std::span<const Index> rows);

}  // namespace shikumi::detail
