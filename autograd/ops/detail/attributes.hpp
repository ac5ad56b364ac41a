// Attributes of operations that others look at than the operation: who writes a graph for another
// program has to know them. Operations derive from these.
#pragma once

#include <array>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/kernels/window.hpp>
#include <shikumi/autograd/ops/indexing.hpp>

namespace shikumi::detail {

/// Part of an operation along one axis.
struct AlongAxis {
    bool operator==(const AlongAxis&) const = default;

    int axis;
};

/// Part of an operation along an axis that may begin at its end.
struct AlongDirection : AlongAxis {
    bool operator==(const AlongDirection&) const = default;

    bool backwards;
};

/// Part of an operation on the elements under a window.
struct UnderWindow {
    bool operator==(const UnderWindow&) const = default;

    kernels::Window window;
    Index groups = 1;  ///< of channels, each with a kernel of its own
};

/// Part of an operation on every step-th element along each axis, from `start` on.
struct OnGrid {
    bool operator==(const OnGrid&) const = default;

    std::array<Index, Shape::max_rank> start{}, step{};
};

/// Part of a product of matrices, of which each may be meant transposed.
struct OfMatrices {
    bool operator==(const OfMatrices&) const = default;

    bool transpose_a, transpose_b;
};

/// Part of a search, which finds the first or the last of equal numbers.
struct OfSide {
    bool operator==(const OfSide&) const = default;

    Side side;
};

}  // namespace shikumi::detail
