#include <shikumi/autograd/kernels/detail/micro_kernel.hpp>

#include <shikumi/autograd/kernels/multiversioning.hpp>

namespace shikumi::kernels::detail {

namespace {

template <class T, int Bytes>
struct VectorOf {
    // As wide as a register, wherever it lies.
    using Type [[gnu::vector_size(Bytes), gnu::aligned(alignof(T)), gnu::may_alias]] = T;
};

// Tiles that fit the registers: accumulators, the columns' vectors, and one more.
template <class T, Instructions I>
struct Registers {
    static constexpr int bytes = I == Instructions::avx512 ? 64 : I == Instructions::avx2 ? 32 : 16;
    static constexpr int lanes = bytes / static_cast<int>(sizeof(T));
    static constexpr int most_vectors = I == Instructions::avx512 ? 4 : 2;
    // Rows of a full tile; each has an address in a register of its own.
    static constexpr int rows(int vectors) {
        return I == Instructions::avx512 && vectors <= 2 ? 8 : 6;
    }
    using Vector = typename VectorOf<T, bytes>::Type;
};

// Rows × vectors of sums.
template <class R, class T, int Rows, int Vectors>
struct Sums {
    using Vector = typename R::Vector;
    Vector sum[Rows][Vectors];

    template <class To>
    void load(To to, Index columns) {
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) {
                const Index rest = columns - v * R::lanes;
                const T* const from = to(r) + v * R::lanes;
                sum[r][v] = Vector{};
                if (rest >= R::lanes)
                    sum[r][v] = *reinterpret_cast<const Vector*>(from);
                else
                    for (Index i = 0; i < rest; ++i) sum[r][v][i] = from[i];
            }
        }
    }
    void clear() {
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) sum[r][v] = Vector{};
        }
    }
    // sum[r] += factor(r) · columns[0 … Vectors · lanes)
    template <class Factor>
    void add(Factor factor, const T* columns) {
        Vector column[Vectors];
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v)
            column[v] = *reinterpret_cast<const Vector*>(columns + v * R::lanes);
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            const T f = factor(r);
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) sum[r][v] += f * column[v];
        }
    }
    template <class To>
    void store(To to, Index columns) const {
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) {
                const Index rest = columns - v * R::lanes;
                T* const at = to(r) + v * R::lanes;
                if (rest >= R::lanes)
                    *reinterpret_cast<Vector*>(at) = sum[r][v];
                else
                    for (Index i = 0; i < rest; ++i) at[i] = sum[r][v][i];
            }
        }
    }
};

// f.run<Rows>(begin) for tiles of [0, count), the last ones smaller.
template <int Rows, class F>
void each_tile(Index count, F f) {
    Index at = 0;
    for (; at + Rows <= count; at += Rows) f.template operator()<Rows>(at);
    if (at + 4 <= count) {
        f.template operator()<4>(at);
        at += 4;
    }
    if (at + 2 <= count) {
        f.template operator()<2>(at);
        at += 2;
    }
    if (at < count) f.template operator()<1>(at);
}

// f.run<Vectors>() for the number of vectors in `width`.
template <class R, class F>
void with_vectors(Index width, F f) {
    if (width == R::lanes) return f.template operator()<1>();
    if (width == 2 * R::lanes) return f.template operator()<2>();
    if constexpr (R::most_vectors == 4) f.template operator()<4>();
}

template <class T, Instructions I>
struct Rowwise {
    using R = Registers<T, I>;

    template <int Rows, int Vectors>
    static void tile(const RowProducts<T>& p, Index first) {
        Sums<R, T, Rows, Vectors> sums;
        const auto to = [&](int r) { return p.out[first + r]; };
        if (p.add)
            sums.load(to, p.columns);
        else
            sums.clear();
        for (Index s = 0; s < p.segments; ++s) {
            const T* from[Rows];
#pragma GCC unroll 8
            for (int r = 0; r < Rows; ++r) from[r] = p.from[first + r] + p.from_at[s];
            const T* panel = p.panel + p.panel_at[s] * p.width;
            for (Index i = 0; i < p.depth; ++i, panel += Vectors * R::lanes)
                sums.add([&](int r) { return from[r][i]; }, panel);
        }
        sums.store(to, p.columns);
    }
    static void run(const RowProducts<T>& p) {
        with_vectors<R>(p.width, [&]<int Vectors>() {
            each_tile<R::rows(Vectors)>(
                p.rows, [&]<int Rows>(Index first) { tile<Rows, Vectors>(p, first); });
        });
    }
};

template <class T, Instructions I>
struct Columnwise {
    using R = Registers<T, I>;

    template <int Rows, int Vectors>
    static void tile(const ColumnProducts<T>& p, Index first) {
        T* out[Rows];
        Index at[Rows];
        Index s = first / p.depth, i = first % p.depth;
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            at[r] = p.from_at[s] + i;
            out[r] = p.out + (p.out_at[s] + i) * p.stride;
            if (++i == p.depth) {
                i = 0;
                ++s;
            }
        }
        Sums<R, T, Rows, Vectors> sums;
        const auto to = [&](int r) { return out[r]; };
        sums.load(to, p.columns);
        for (Index row = 0; row < p.rows; ++row) {
            const T* const from = p.from[row];
            sums.add([&](int r) { return from[at[r]]; }, p.y[row] + p.y_at);
        }
        sums.store(to, p.columns);
    }
    static void run(const ColumnProducts<T>& p) {
        with_vectors<R>(p.width, [&]<int Vectors>() {
            each_tile<R::rows(Vectors)>(p.segments * p.depth, [&]<int Rows>(Index first) {
                tile<Rows, Vectors>(p, first);
            });
        });
    }
};

// The loops as templates of the instruction set alone, which `specialized` takes.
template <class T>
struct For {
    template <Instructions I>
    using Rows = Rowwise<T, I>;
    template <Instructions I>
    using Columns = Columnwise<T, I>;
    template <Instructions I>
    struct Widths {
        static PanelWidths run() {
            using R = Registers<T, I>;
            return {R::lanes, R::lanes * R::most_vectors};
        }
    };
};

}  // namespace

template <class T>
PanelWidths panel_widths() noexcept {
    return specialized<For<T>::template Widths>()();
}

template <class T>
void multiply_rows(const RowProducts<T>& p) {
    static const auto run = specialized<For<T>::template Rows>();
    run(p);
}

template <class T>
void multiply_columns(const ColumnProducts<T>& p) {
    static const auto run = specialized<For<T>::template Columns>();
    run(p);
}

template PanelWidths panel_widths<float>() noexcept;
template PanelWidths panel_widths<double>() noexcept;
template void multiply_rows(const RowProducts<float>& p);
template void multiply_rows(const RowProducts<double>& p);
template void multiply_columns(const ColumnProducts<float>& p);
template void multiply_columns(const ColumnProducts<double>& p);

}  // namespace shikumi::kernels::detail
