// Packed panels: columns of a matrix, side by side as the micro-kernel reads them.
#pragma once

#include <algorithm>

#include <shikumi/autograd/kernels/detail/micro_kernel.hpp>
#include <shikumi/autograd/kernels/detail/pieces.hpp>

namespace shikumi::kernels::detail {

/// A block of columns for `multiply_rows`: element (i, c) of tap t's matrix is
/// values[(t · depth + i) · width + c], with zeros from `columns` to `width`. A plain matrix counts
/// as one tap; a convolution's kernel has a matrix for each tap.
template <class T>
struct PackedPanel {
    Index taps, depth, width, columns;
    T* values;

    /// Copies from `w`, the first of these columns in the first tap's matrix; `tap` and `row` are
    /// the distances to the next tap's matrix and to the next row.
    void pack(const T* w, Index tap, Index row) const {
        for (Index t = 0; t < taps; ++t) {
            for (Index i = 0; i < depth; ++i) {
                T* const to = values + (t * depth + i) * width;
                std::copy_n(w + t * tap + i * row, columns, to);
                std::fill(to + columns, to + width, T{0});
            }
        }
    }
    /// Copies from matrices whose rows become the columns.
    void pack_transposed(const T* w, Index tap, Index row) const {
        constexpr Index strip = 64 / static_cast<Index>(sizeof(T));  // a cache line
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

/// f(first column, columns, width) for each panel of a range of columns.
template <class T, class F>
void for_each_panel(IndexRange columns, F f) {
    const PanelWidths widths = panel_widths<T>();
    for (Index first = columns.begin; first < columns.end;) {
        const Index width = widths.first(columns.end - first);
        const Index count = std::min(width, columns.end - first);
        f(first, count, width);
        first += count;
    }
}

}  // namespace shikumi::kernels::detail
