// Columns of a matrix, packed side by side as the tiles read them.
#pragma once

#include <algorithm>

#include <shikumi/autograd/kernels/detail/places.hpp>
#include <shikumi/autograd/kernels/detail/tiles.hpp>

namespace shikumi::kernels::detail {

/// A block of columns for `multiply_rows`: panel[(tap · depth + i) · width + c], zeros beyond
/// `columns`. A plain matrix has one tap, a convolution's kernel one matrix for each.
template <class T>
struct Panel {
    Index taps, depth, width, columns;
    T* values;

    /// `w` is the first tap's matrix, which starts with these columns; `tap` and `row` are the ways
    /// to the next ones.
    void pack(const T* w, Index tap, Index row) const {
        for (Index t = 0; t < taps; ++t) {
            for (Index i = 0; i < depth; ++i) {
                T* const to = values + (t * depth + i) * width;
                std::copy_n(w + t * tap + i * row, columns, to);
                std::fill(to + columns, to + width, T{0});
            }
        }
    }
    /// The same of matrices whose rows are to be the columns.
    void pack_transposed(const T* w, Index tap, Index row) const {
        constexpr Index strip = 64 / static_cast<Index>(sizeof(T));  // a line of the cache
        for (Index t = 0; t < taps; ++t) {
            for (Index first = 0; first < depth; first += strip) {
                T* const to = values + (t * depth + first) * width;
                const Index count = std::min(strip, depth - first);
                for (Index c = 0; c < columns; ++c) {
                    const T* const from = w + t * tap + c * row + first;
                    for (Index i = 0; i < count; ++i) to[i * width + c] = from[i];
                }
                for (Index i = 0; i < count; ++i)
                    std::fill(to + i * width + columns, to + (i + 1) * width, T{0});
            }
        }
    }
};

/// f(first, columns, width) for the blocks of columns in a range.
template <class T, class F>
void for_each_block(Range columns, F f) {
    const TileColumns tile = tile_columns<T>();
    for (Index first = columns.begin; first < columns.end;) {
        const Index width = tile.block(columns.end - first);
        const Index count = std::min(width, columns.end - first);
        f(first, count, width);
        first += count;
    }
}

}  // namespace shikumi::kernels::detail
