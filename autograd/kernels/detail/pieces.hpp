// How work is cut into pieces.
#pragma once

#include <algorithm>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels::detail {

/// ⌈a / b⌉ for a ≥ 0 and b > 0.
constexpr Index divide_up(Index a, Index b) noexcept { return (a + b - 1) / b; }

/// The integers [begin, end).
struct IndexRange {
    Index begin, end;
    Index size() const noexcept { return end - begin; }
};

/// Piece `i` of [0, count) cut into pieces of `size`, the last of which may be shorter.
constexpr IndexRange piece_range(Index i, Index size, Index count) noexcept {
    return {i * size, std::min(count, (i + 1) * size)};
}

/// How many items of so many elements make a piece of work for one thread; at least 1.
constexpr Index items_per_piece(Index elements) noexcept {
    constexpr Index piece = Index{1} << 16;  // elements
    return std::max<Index>(1, piece / std::max<Index>(1, elements));
}

}  // namespace shikumi::kernels::detail
