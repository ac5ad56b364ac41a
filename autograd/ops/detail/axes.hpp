// Lists of axes as sets of bits, and shapes after reductions over them.
#pragma once

#include <cstdint>
#include <string_view>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::detail {

/// One bit for each axis of a shape.
using AxisSet = std::uint32_t;

constexpr bool holds(AxisSet axes, int axis) noexcept { return (axes >> axis & 1) != 0; }

/// The axes that `axes` names. Throws ShapeError for one outside the rank or named twice.
inline AxisSet axis_set(std::string_view op, const Axes& axes, int rank) {
    if (axes.all()) return (AxisSet{1} << rank) - 1;
    AxisSet set = 0;
    for (const Index axis : axes.list()) {
        const AxisSet bit = AxisSet{1} << normalize_axis(op, axis, rank);
        if ((set & bit) != 0) fail<ShapeError>(op, "axis ", axis, " is named twice");
        set |= bit;
    }
    return set;
}

/// `shape` after a reduction of `axes`, which stay with size 1 or go.
inline Shape reduced(const Shape& shape, AxisSet axes, bool keepdims) {
    Shape::Sizes sizes;
    for (int i = 0; i < shape.rank(); ++i) {
        if (!holds(axes, i))
            sizes.push_back(shape[i]);
        else if (keepdims)
            sizes.push_back(1);
    }
    return Shape(sizes);
}

/// Refuses a result of more axes than a shape has room for. Throws ShapeError naming `op`.
inline void check_rank(std::string_view op, int rank) {
    if (rank > Shape::max_rank)
        fail<ShapeError>(op, "would give ", rank, " axes, at most ", Shape::max_rank,
                         " are possible");
}

/// `shape` with one axis more in front.
inline Shape with_front_axis(Index size, const Shape& shape) {
    Shape::Sizes sizes;
    sizes.push_back(size);
    for (const Index s : shape.sizes()) sizes.push_back(s);
    return Shape(sizes);
}

/// How many elements of `shape` become one.
inline Index count(const Shape& shape, AxisSet axes) {
    Index n = 1;
    for (int i = 0; i < shape.rank(); ++i) n *= holds(axes, i) ? shape[i] : 1;
    return n;
}

}  // namespace shikumi::detail
