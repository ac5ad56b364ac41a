#include <shikumi/autograd/kernels/copy.hpp>

#include <algorithm>
#include <cstring>

#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

struct CopyAxis {
    Index size, to, from;
};

// The axes of a copy without those of size 1; neighbours that are contiguous on both sides are
// joined.
struct CopyAxes {
    std::array<CopyAxis, Shape::max_rank> axis;
    int rank = 0;

    CopyAxes(const Shape& shape, const Layout& to, const Layout& from) {
        for (unsigned i = 0; i < static_cast<unsigned>(shape.rank()); ++i) {
            const CopyAxis a{shape[static_cast<int>(i)], to.steps[i], from.steps[i]};
            if (a.size == 1) continue;
            if (rank > 0) {
                CopyAxis& last = axis[static_cast<unsigned>(rank - 1)];
                if (last.to == a.to * a.size && last.from == a.from * a.size) {
                    last = {last.size * a.size, a.to, a.from};
                    continue;
                }
            }
            axis[static_cast<unsigned>(rank++)] = a;
        }
    }
    CopyAxis& back() { return axis[static_cast<unsigned>(rank - 1)]; }
    void erase(int i) {
        std::copy(axis.begin() + i + 1, axis.begin() + rank, axis.begin() + i);
        --rank;
    }
};

template <class T>
void run(CopyAxis a, T* to, const T* from) {
    if (a.to == 1 && a.from == 1) {
        std::memcpy(to, from, static_cast<std::size_t>(a.size) * sizeof(T));
    } else if (a.to == 1 && a.from == 0) {
        std::fill_n(to, a.size, *from);
    } else {
        for (Index i = 0; i < a.size; ++i) to[i * a.to] = from[i * a.from];
    }
}

// t[i][j] = f[j][i], both sides having their own distance between rows.
template <class T>
void transpose_tile(Index height, Index width, T* t, Index to, const T* f, Index from) {
    for (Index i = 0; i < height; ++i) {
        for (Index j = 0; j < width; ++j) t[i * to + j] = f[j * from + i];
    }
}

// `rows` runs along memory on the reading side, `columns` on the writing side. Whole tiles go
// through a buffer: a power of two between their rows would map them all to the same lines of the
// cache.
template <class T>
void transpose(CopyAxis rows, CopyAxis columns, T* to, const T* from) {
    constexpr Index tile = 16;
    T buffer[tile * tile];
    for (Index r = 0; r < rows.size; r += tile) {
        const Index height = std::min(tile, rows.size - r);
        for (Index c = 0; c < columns.size; c += tile) {
            const Index width = std::min(tile, columns.size - c);
            T* t = to + r * rows.to + c;
            const T* f = from + r + c * columns.from;
            if (height < tile || width < tile) {
                transpose_tile(height, width, t, rows.to, f, columns.from);
                continue;
            }
            for (Index j = 0; j < tile; ++j)
                std::copy_n(f + j * columns.from, tile, buffer + j * tile);
            transpose_tile(tile, tile, t, rows.to, buffer, tile);
        }
    }
}

template <class T>
class Copy {
public:
    explicit Copy(const CopyAxes& axes) : outer_(axes) {
        if (outer_.rank == 0) return;
        columns_ = outer_.back();
        outer_.erase(outer_.rank - 1);
        if (columns_.from == 1 || columns_.to != 1) return;
        for (int i = 0; i < outer_.rank; ++i) {
            const CopyAxis a = outer_.axis[static_cast<unsigned>(i)];
            if (a.from == 1 && a.size > 1) {
                rows_ = a;
                outer_.erase(i);
                return;
            }
        }
    }

    void operator()(T* to, const T* from) const { at(0, to, from); }

private:
    void at(int depth, T* to, const T* from) const {
        if (depth < outer_.rank) {
            const CopyAxis a = outer_.axis[static_cast<unsigned>(depth)];
            for (Index i = 0; i < a.size; ++i) at(depth + 1, to + i * a.to, from + i * a.from);
        } else if (rows_.size > 1) {
            transpose(rows_, columns_, to, from);
        } else {
            run(columns_, to, from);
        }
    }

    CopyAxes outer_;
    CopyAxis columns_{1, 1, 1};
    CopyAxis rows_{1, 0, 0};
};

template <class T>
void copy_elements(const CopyAxes& axes, T* to, const T* from) {
    if (axes.rank == 0) return Copy<T>(axes)(to, from);
    const CopyAxis whole = axes.axis[0];
    Index below = 1;
    for (int i = 1; i < axes.rank; ++i) below *= axes.axis[static_cast<unsigned>(i)].size;
    const Index rows = std::max<Index>(1, (Index{1} << 17) / std::max<Index>(1, below));
    if (rows >= whole.size) return Copy<T>(axes)(to, from);
    parallel_pieces(whole.size, rows, [&](Index begin, Index end) {
        CopyAxes part = axes;
        part.axis[0].size = end - begin;
        const Copy<T> copy(part);
        copy(to + begin * whole.to, from + begin * whole.from);
    });
}

}  // namespace

Layout Layout::contiguous(const Shape& shape) {
    Layout layout;
    Index step = 1;
    for (int i = shape.rank() - 1; i >= 0; --i) {
        layout.steps[static_cast<unsigned>(i)] = step;
        step *= shape[i];
    }
    return layout;
}

void copy(DType dtype, const Shape& shape, void* to, const Layout& layout_to, const void* from,
          const Layout& layout_from) {
    if (shape.size() == 0) return;
    const CopyAxes axes(shape, layout_to, layout_from);
    dispatch(storage_of(dtype), [&]<class T>() {
        copy_elements(axes, static_cast<T*>(to) + layout_to.offset,
                      static_cast<const T*>(from) + layout_from.offset);
    });
}

void gather_strided(const void* from, const Layout& layout, View out) {
    copy(out.spec.dtype, out.spec.shape, out.data, Layout::contiguous(out.spec.shape), from,
         layout);
}

void scatter_strided(ConstView in, void* to, const Layout& layout) {
    copy(in.spec.dtype, in.spec.shape, to, layout, in.data, Layout::contiguous(in.spec.shape));
}

void copy_bytes(ConstView in, View out) {
    if (out.size() > 0) std::memcpy(out.data, in.data, out.spec.bytes());
}

void broadcast(ConstView in, View out) {
    const Shape& own = in.spec.shape;
    const Layout contiguous = Layout::contiguous(own);
    const int added = out.spec.shape.rank() - own.rank();
    Layout layout;
    for (int i = 0; i < own.rank(); ++i) {
        if (own[i] != 1)
            layout.steps[static_cast<unsigned>(i + added)] =
                contiguous.steps[static_cast<unsigned>(i)];
    }
    gather_strided(in.data, layout, out);
}

}  // namespace shikumi::kernels
