// Values as lines of text.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::detail {

/// A number with five digits.
std::string short_number(double value);
/// The elements of a tensor, a line for each row in brackets; of a tensor of one element, the
/// number alone. All have the same decimals. Of long rows and of many rows, the first and last
/// two.
std::vector<std::string> value_lines(const Tensor& x);

}  // namespace shikumi::detail
