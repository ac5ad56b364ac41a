// Copies between strided layouts: for transposing, broadcasting, slicing, padding and joining.
#pragma once

#include <array>

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// Where the elements of a shape lie: an offset, and a step for each axis, in elements. Steps may
/// be negative, or 0 where an axis is broadcast.
struct Layout {
    Index offset = 0;
    std::array<Index, Shape::max_rank> steps{};

    /// Row-major, without gaps.
    static Layout contiguous(const Shape& shape);
};

/// to[layout_to(i)] = from[layout_from(i)] for every index i of `shape`. The elements written must
/// be distinct.
void copy(DType dtype, const Shape& shape, void* to, const Layout& layout_to, const void* from,
          const Layout& layout_from);
/// Copies from a layout to contiguous memory.
void gather_strided(const void* from, const Layout& layout, View out);
/// Copies from contiguous memory to a layout.
void scatter_strided(ConstView in, void* to, const Layout& layout);
/// out = `in`, which has as many bytes.
void copy_bytes(ConstView in, View out);
/// out = `in` broadcast to its shape.
void broadcast(ConstView in, View out);

}  // namespace shikumi::kernels
