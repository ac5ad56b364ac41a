// The number that nothing exceeds.
#pragma once

#include <limits>

namespace shikumi::detail {

/// ∞, as IEEE 754 has it.
inline constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace shikumi::detail
