// The two innermost loops of convolution: sums of products that stay in registers, a tile of rows ×
// columns at a time.
#pragma once

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels::detail {

constexpr Index most_rows = 96;  ///< that one call takes: what a first-level cache holds of them

/// Columns that a tile may have, and that it is best given; it has 1, 2 or 4 vectors of them.
struct TileColumns {
    Index lanes;  ///< of a vector
    Index most;
    /// The first block of `columns`, and how many columns it takes up where it lies packed.
    Index block(Index columns) const noexcept {
        Index width = most;
        while (width > lanes && width > columns) width /= 2;
        return width;
    }
};
template <class T>
TileColumns tile_columns() noexcept;

/// out[r][c] = Σ_s Σ_i from[r][from_at[s] + i] · panel[(panel_at[s] + i) · width + c]
template <class T>
struct RowProducts {
    Index rows;
    const T* const* from;
    T* const* out;
    bool add;               ///< out += …
    Index segments, depth;  ///< s < segments, i < depth
    const Index *from_at, *panel_at;
    const T* panel;
    Index width, columns;  ///< c < columns <= width = block(columns)
};
template <class T>
void multiply_rows(const RowProducts<T>& p);

/// out[(out_at[s] + i) · stride + c] += Σ_r from[r][from_at[s] + i] · y[r][y_at + c]
template <class T>
struct ColumnProducts {
    Index rows;
    const T *const *from, *const *y;
    Index y_at;
    Index segments, depth;
    const Index *from_at, *out_at;
    T* out;
    Index stride, width, columns;  ///< `width` elements of y can be read
};
template <class T>
void multiply_columns(const ColumnProducts<T>& p);

}  // namespace shikumi::kernels::detail
