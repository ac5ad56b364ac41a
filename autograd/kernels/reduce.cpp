#include <shikumi/autograd/kernels/reduce.hpp>

#include <algorithm>
#include <array>
#include <limits>

#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/kernels/widest.hpp>
#include <shikumi/autograd/memory/array.hpp>

namespace shikumi::kernels {

namespace {

// What a reduction is made of. Elements are combined in lanes of type Lane, a few at a time; lanes
// are merged into a Total.
template <class T>
struct Sum {
    using Element = T;
    // Unsigned: integers wrap around.
    using Lane =
        std::conditional_t<std::is_same_v<T, float>, float,
                           std::conditional_t<std::is_same_v<T, double>, double, std::uint64_t>>;
    using Total = std::conditional_t<std::is_same_v<T, float>, double, Lane>;
    using Result = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;
    static constexpr Lane identity = 0;
    static Lane combine(Lane a, T x) { return a + static_cast<Lane>(x); }
    static Total merge(Total a, Total b) { return a + b; }
};

template <class T, bool largest>
struct Extreme {
    using Element = T;
    using Lane = T;
    using Total = T;
    using Result = T;
    static constexpr T infinity(bool positive) {
        using Limits = std::numeric_limits<T>;
        if constexpr (Limits::has_infinity)
            return positive ? Limits::infinity() : -Limits::infinity();
        else
            return positive ? Limits::max() : Limits::lowest();
    }
    static constexpr Lane identity = infinity(!largest);
    static T combine(T a, T x) {
        const bool better = largest ? x > a : x < a;
        if constexpr (std::is_floating_point_v<T>)
            return better || x != x ? x : a;
        else
            return better ? x : a;
    }
    static T merge(T a, T b) { return combine(a, b); }
};

template <bool any>
struct Logic {
    using Element = bool;
    using Lane = bool;
    using Total = bool;
    using Result = bool;
    static constexpr bool identity = !any;
    static bool combine(bool a, bool x) { return any ? a || x : a && x; }
    static bool merge(bool a, bool b) { return combine(a, b); }
};

constexpr Index lanes = 16;
constexpr Index stretch = 32;            // elements that a lane takes before it is merged
constexpr Index block = Index{1} << 16;  // elements of one piece of work

// n elements side by side: lane l takes elements l, l + 16, …; every 32 rounds lanes are merged.
template <class R>
struct Run {
    static typename R::Total run(const typename R::Element* x, Index n) {
        typename R::Total total = R::identity;
        Index i = 0;
        while (n - i >= lanes) {
            typename R::Lane lane[lanes];
            std::fill_n(lane, lanes, R::identity);
            const Index end = i + std::min(stretch * lanes, (n - i) / lanes * lanes);
            for (; i < end; i += lanes) {
                for (Index l = 0; l < lanes; ++l) lane[l] = R::combine(lane[l], x[i + l]);
            }
            typename R::Total merged[lanes];
            std::copy_n(lane, lanes, merged);
            for (Index half = lanes / 2; half > 0; half /= 2) {
                for (Index l = 0; l < half; ++l) merged[l] = R::merge(merged[l], merged[l + half]);
            }
            total = R::merge(total, merged[0]);
        }
        for (; i < n; ++i)
            total = R::merge(total, static_cast<typename R::Total>(R::combine(R::identity, x[i])));
        return total;
    }
};

constexpr Index wide = 4096;  // columns taken together, so that their lanes stay in the cache

// `columns` neighbouring columns, at most `wide`, of rows `stride` apart. Every 32 rows they are
// merged.
template <class R>
struct Columns {
    static void run(const typename R::Element* x, Index rows, Index stride, Index columns,
                    typename R::Total* total) {
        std::fill_n(total, columns, R::identity);
        typename R::Lane lane[wide];
        for (Index first = 0; first < rows; first += stretch) {
            std::fill_n(lane, columns, R::identity);
            for (Index i = first; i < std::min(rows, first + stretch); ++i) {
                const typename R::Element* row = x + i * stride;
                for (Index j = 0; j < columns; ++j) lane[j] = R::combine(lane[j], row[j]);
            }
            for (Index j = 0; j < columns; ++j)
                total[j] = R::merge(total[j], static_cast<typename R::Total>(lane[j]));
        }
    }
};

template <class R>
typename R::Total reduce_run(const typename R::Element* x, Index n) {
    static const auto run = widest<Run<R>>();
    return run(x, n);
}
template <class R>
void reduce_columns(const typename R::Element* x, Index rows, Index stride, Index columns,
                    typename R::Total* total) {
    static const auto run = widest<Columns<R>>();
    run(x, rows, stride, columns, total);
}

// A few columns without gaps: 16 rows make one long one.
template <class R>
void reduce_narrow(const typename R::Element* x, Index rows, Index columns,
                   typename R::Total* total) {
    typename R::Total part[lanes * lanes];
    const Index folded = rows / lanes;
    reduce_columns<R>(x + folded * lanes * columns, rows % lanes, columns, columns, total);
    reduce_columns<R>(x, folded, lanes * columns, lanes * columns, part);
    for (Index i = 0; i < lanes * columns; ++i)
        total[i % columns] = R::merge(total[i % columns], part[i]);
}

// x is (outer, n, inner); out is (outer, inner). Rows are cut into `strips` whose totals are merged
// in order; columns into pieces, which changes no order.
template <class R>
void reduce_middle(const typename R::Element* x, Index outer, Index n, Index inner,
                   typename R::Result* out) {
    using Total = typename R::Total;
    const Index columns = std::min(inner, wide);
    const Index rows = std::max(block / std::max<Index>(1, columns), stretch);
    const Index strips = std::max<Index>(1, (n + rows - 1) / rows);
    const Index across = (inner + columns - 1) / columns;

    Buffer held;
    if (strips > 1)
        held = Buffer::allocate(static_cast<std::size_t>(outer * strips * inner) * sizeof(Total));
    auto* const totals = static_cast<Total*>(held.data());
    const auto piece = [&](Index o, Index strip, Index first, Total* total) {
        const Index begin = strip * rows;
        const Index height = std::min(rows, n - begin);
        const auto* from = x + (o * n + begin) * inner + first;
        if (inner == 1)
            *total = reduce_run<R>(from, height);
        else if (inner < lanes && height >= 2 * lanes)
            reduce_narrow<R>(from, height, inner, total);
        else
            reduce_columns<R>(from, height, inner, std::min(columns, inner - first), total);
    };
    const Index work = std::max<Index>(1, std::min(rows, n) * columns);
    parallel_pieces(
        outer * strips * across, std::max<Index>(1, block / work), [&](Index begin, Index end) {
            for (Index i = begin; i < end; ++i) {
                const Index o = i / (strips * across);
                const Index strip = i / across % strips;
                const Index first = i % across * columns;
                if (strips > 1) {
                    piece(o, strip, first, totals + (o * strips + strip) * inner + first);
                    continue;
                }
                Total total[wide];
                piece(o, 0, first, total);
                const Index width = std::min(columns, inner - first);
                for (Index j = 0; j < width; ++j)
                    out[o * inner + first + j] = static_cast<typename R::Result>(total[j]);
            }
        });
    if (strips == 1) return;
    for (Index o = 0; o < outer; ++o) {
        Total* all = totals + o * strips * inner;
        for (Index strip = 1; strip < strips; ++strip) {
            for (Index j = 0; j < inner; ++j) all[j] = R::merge(all[j], all[strip * inner + j]);
        }
        for (Index j = 0; j < inner; ++j)
            out[o * inner + j] = static_cast<typename R::Result>(all[j]);
    }
}

// Neighbouring axes that are all reduced, or all kept.
struct Group {
    Index size;
    bool reduced;
};

struct Groups {
    std::array<Group, Shape::max_rank> list;
    std::size_t size = 0;
};

Groups groups(const Shape& shape, std::uint32_t axes) {
    Groups g;
    for (int i = 0, rank = shape.rank(); i < rank; ++i) {
        const Index size = shape[i];
        if (size == 1) continue;
        const bool reduced = (axes >> i & 1) != 0;
        if (g.size > 0 && g.list[g.size - 1].reduced == reduced)
            g.list[g.size - 1].size *= size;
        else
            g.list[g.size++] = {size, reduced};
    }
    return g;
}

// Reduces the last reduced group, then the one before it, …
template <class First, class Next>
void reduce_all(ConstView in, std::uint32_t axes, View out) {
    Groups all = groups(in.spec.shape, axes);
    const auto reduced = [](const Group& g) { return g.reduced; };
    const auto begin = all.list.begin();
    const auto end = [&] { return begin + static_cast<std::ptrdiff_t>(all.size); };
    auto left = std::max<std::ptrdiff_t>(1, std::count_if(begin, end(), reduced));
    const void* from = in.data;
    bool first = true;
    Array held;
    for (; left > 0; --left, first = false) {
        auto at = end();
        while (at != begin && !(at - 1)->reduced) --at;
        Index outer = 1, n = 1, inner = 1;
        for (auto g = at; g != end(); ++g) inner *= g->size;
        if (at != begin) {
            --at;
            n = at->size;
            for (auto g = begin; g != at; ++g) outer *= g->size;
            std::copy(at + 1, end(), at);
            --all.size;
        }
        Array result;
        void* to = out.data;
        if (left > 1) {
            result = Array({Shape{outer, inner}, out.spec.dtype});
            to = result.raw();
        }
        const auto pass = [&]<class R>() {
            reduce_middle<R>(static_cast<const typename R::Element*>(from), outer, n, inner,
                             static_cast<typename R::Result*>(to));
        };
        if (first)
            pass.template operator()<First>();
        else
            pass.template operator()<Next>();
        held = result;
        from = to;
    }
}

template <class T>
void arg_reduce_middle(bool largest, const T* x, Index outer, Index n, Index inner, Index* out) {
    parallel_pieces(outer, std::max<Index>(1, block / std::max<Index>(1, n * inner)),
                    [&](Index begin, Index end) {
                        for (Index o = begin; o < end; ++o) {
                            for (Index j = 0; j < inner; ++j) {
                                const T* column = x + o * n * inner + j;
                                Index best = 0;
                                for (Index i = 1; i < n; ++i) {
                                    const T now = column[i * inner], then = column[best * inner];
                                    const bool better = largest ? now > then : now < then;
                                    if (better || (now != now && then == then)) best = i;
                                }
                                out[o * inner + j] = best;
                            }
                        }
                    });
}

}  // namespace

void reduce(Reduction reduction, ConstView in, std::uint32_t axes, View out) {
    if (out.size() == 0) return;
    switch (reduction) {
        case Reduction::sum:
            return dispatch(in.spec.dtype, [&]<class T>() {
                reduce_all<Sum<T>, Sum<typename Sum<T>::Result>>(in, axes, out);
            });
        case Reduction::max:
            return dispatch(in.spec.dtype, [&]<class T>() {
                reduce_all<Extreme<T, true>, Extreme<T, true>>(in, axes, out);
            });
        case Reduction::min:
            return dispatch(in.spec.dtype, [&]<class T>() {
                reduce_all<Extreme<T, false>, Extreme<T, false>>(in, axes, out);
            });
        case Reduction::any:
            return reduce_all<Logic<true>, Logic<true>>(in, axes, out);
        case Reduction::all:
            return reduce_all<Logic<false>, Logic<false>>(in, axes, out);
    }
}

void arg_reduce(bool largest, ConstView in, int axis, View out) {
    const Shape& shape = in.spec.shape;
    Index outer = 1, inner = 1;
    for (int i = 0; i < axis; ++i) outer *= shape[i];
    for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
    dispatch(in.spec.dtype, [&]<class T>() {
        arg_reduce_middle(largest, in.as<T>(), outer, shape[axis], inner, out.as<Index>());
    });
}

}  // namespace shikumi::kernels
