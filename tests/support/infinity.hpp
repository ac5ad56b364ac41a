// The number that nothing exceeds.
#pragma once

#include <limits>

namespace shikumi_test {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace shikumi_test
