// panels: several pictures as one.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <shikumi/plot/svg.hpp>

namespace shikumi::plot {

/// Pictures beside each other, `across` in a row, and the rows below each other. Throws ValueError
/// where there is none, or none in a row.
Svg panels(const std::string& title, const std::vector<Svg>& pictures, std::size_t across = 2);

}  // namespace shikumi::plot
