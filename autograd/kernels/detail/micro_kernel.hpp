// The micro-kernels of convolution and recurrent layers: sums of products, a tile of rows × columns
// at a time, whose sums stay in registers.
#pragma once

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels::detail {

/// Rows that one call takes at most: as many as a first-level cache holds.
constexpr Index most_rows = 96;

/// The widths that a packed panel may have: 1, 2 or 4 vectors.
struct PanelWidths {
    Index lanes;  ///< elements of a vector
    Index most;   ///< the width of a full panel
    /// The width of the first panel of so many columns.
    Index first(Index columns) const noexcept {
        Index width = most;
        while (width > lanes && width > columns) width /= 2;
        return width;
    }
};
/// The widths for this processor.
template <class T>
PanelWidths panel_widths() noexcept;

/// Products of rows with a packed panel:
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
    Index width, columns;  ///< c < columns <= width
};
template <class T>
void multiply_rows(const RowProducts<T>& p);

/// Products of columns with columns, added to a matrix:
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
