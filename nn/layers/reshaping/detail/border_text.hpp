// Borders as layers show them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn::detail {

/// "((1, 2), (0, 3))".
std::string border_text(const std::vector<std::pair<Index, Index>>& pairs);

}  // namespace shikumi::nn::detail
