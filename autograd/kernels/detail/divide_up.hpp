// How work is counted in pieces.
#pragma once

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels::detail {

/// How many pieces of `b` elements it takes for `a`; neither is negative, b not 0.
constexpr Index divide_up(Index a, Index b) noexcept { return (a + b - 1) / b; }

}  // namespace shikumi::kernels::detail
