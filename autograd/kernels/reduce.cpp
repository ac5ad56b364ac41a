#include <shikumi/autograd/kernels/reduce.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <shikumi/autograd/kernels/detail/around_axis.hpp>
#include <shikumi/autograd/kernels/detail/pieces.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/memory/array.hpp>

namespace shikumi::kernels {

namespace {

// The parts of a reduction: elements are combined in lanes of type Lane, a few at a time, and lanes
// are merged into a Total.
template <class T>
struct Sum {
    using Element = T;
    static constexpr bool whole = std::is_integral_v<T>;
    // Unsigned: integers wrap around. Bytes are merged long before 16 bits overflow.
    using Lane =
        std::conditional_t<whole, std::conditional_t<sizeof(T) == 1, std::uint16_t, std::uint64_t>,
                           T>;
    using Total = std::conditional_t<whole, std::uint64_t, double>;
    using Result = std::conditional_t<whole, std::int64_t, T>;
    static constexpr Lane identity = 0;
    static Lane combine(Lane a, T x) { return static_cast<Lane>(a + static_cast<Lane>(x)); }
    static Total merge(Total a, Total b) { return a + b; }
    static Result result(const Reduction& r, Total total) {
        if constexpr (std::is_floating_point_v<T>)
            return static_cast<Result>(total / r.divisor);
        else
            return static_cast<Result>(total);
    }
};

// Squares of f32 fit into f64 whatever they are; for those of f64 there is `mend`.
template <class T>
struct Squares {
    using Element = T;
    using Lane = double;
    using Total = double;
    using Result = T;
    static constexpr Lane identity = 0;
    static Lane combine(Lane a, T x) { return a + static_cast<Lane>(x) * static_cast<Lane>(x); }
    static Total merge(Total a, Total b) { return a + b; }
    static Result result(const Reduction& r, Total total) {
        const Total mean = total / r.divisor;
        return static_cast<Result>(r.root ? std::sqrt(mean + r.epsilon) : mean);
    }
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
    static Result result(const Reduction&, Total total) { return total; }
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
    static bool result(const Reduction&, bool total) { return total; }
};

using detail::divide_up;
using Tree = Reducer::Tree;

constexpr Index merge_interval = 32;  // elements that a lane takes before it is merged
constexpr Index few_lanes = 16, many_lanes = 64;
constexpr Index most_short = 2048;               // elements that few lanes do for
constexpr Index wide = 4096;                     // lanes taken together: they stay in the cache
constexpr Index worth_a_strip = Index{1} << 15;  // elements
constexpr Index most_strips = 64;                // of a whole array

using LaneState = detail::SmallScratch<std::byte>;  // the lanes of a strip and their totals

Tree tree_of(Index outer, Index n, Index inner) {
    Tree t{outer, n, inner, n, n > 0 ? 1 : 0, 1};
    if (inner == 1)
        t.fold = n <= merge_interval ? 1 : n <= most_short ? few_lanes : many_lanes;
    else
        while (t.fold * inner < many_lanes && t.fold * 8 <= n) t.fold *= 2;
    if (n == 0 || outer == 0 || inner > wide) return t;
    const Index strips =
        std::clamp<Index>(n * inner / worth_a_strip, 1, std::max<Index>(1, most_strips / outer));
    t.rows = std::min(
        n, divide_up(divide_up(n, strips), merge_interval * t.fold) * merge_interval * t.fold);
    t.strips = divide_up(n, t.rows);
    return t;
}

// Reads a strip as rows of fold · inner elements, the last of which may be shorter.
// Each position in the row is a lane; every 32 rows the lanes are merged into their totals, at the
// end the totals of one column by halves.
template <class R>
struct Feed {
    using Element = typename R::Element;
    using Lane = typename R::Lane;
    using Total = typename R::Total;
    using Result = typename R::Result;

    static void run(const Reducer& reducer, const void* data, Index start, Index count, void* state,
                    void* totals, void* out) {
        const Reduction& reduction = reducer.reduction();
        const Tree& t = reducer.tree();
        const auto* x = static_cast<const Element*>(data);
        const Index width = t.fold * t.inner;
        auto* const total = static_cast<Total*>(state);
        auto* const lane = reinterpret_cast<Lane*>(total + width);
        const Index row = t.n * t.inner, strip = t.rows * t.inner;
        Index o = start / row, s = start % row / strip, at = start % row % strip;
        if (at == 0) std::fill_n(lane, width, R::identity);
        if (at == 0 && t.inner == 1 && t.n <= most_short) {
            const Index whole = count / t.n;
            if (t.fold == 1)
                reduce_short<1>(reduction, x, t.n, whole, static_cast<Result*>(out) + o);
            else
                reduce_short<few_lanes>(reduction, x, t.n, whole, static_cast<Result*>(out) + o);
            x += whole * t.n;
            o += whole;
            count -= whole * t.n;
        }
        while (count > 0) {
            const Index length = std::min(strip, row - s * strip);
            const Index taken = std::min(count, length - at);
            if (at == 0) std::fill_n(total, width, R::identity);
            take(x, at, taken, width, lane, total);
            x += taken;
            at += taken;
            count -= taken;
            if (at < length) return;
            merge_lanes(width, lane, total);
            for (Index half = t.fold / 2; half > 0; half /= 2) {
                const Index n = half * t.inner;
                detail::vectorized_for(
                    n, [=](Index i) { total[i] = R::merge(total[i], total[n + i]); });
            }
            if (t.strips > 1)
                std::copy_n(total, t.inner,
                            static_cast<Total*>(totals) + (o * t.strips + s) * t.inner);
            else
                put(reduction, total, t.inner, static_cast<Result*>(out) + o * t.inner);
            at = 0;
            if (++s == t.strips) {
                s = 0;
                ++o;
            }
        }
    }

    // Columns [first, first + wide) of one of the outer arrays, in a tree of one strip each.
    static void columns(const Reducer& reducer, const void* data, Index o, Index first, void* state,
                        void* out) {
        const Tree& t = reducer.tree();
        const Index n = std::min(wide, t.inner - first);
        auto* const total = static_cast<Total*>(state);
        auto* const lane = reinterpret_cast<Lane*>(total + n);
        std::fill_n(total, n, R::identity);
        std::fill_n(lane, n, R::identity);
        rows(static_cast<const Element*>(data) + o * t.n * t.inner + first, t.n, n, t.inner, 0,
             lane, total);
        merge_lanes(n, lane, total);
        put(reducer.reduction(), total, n, static_cast<Result*>(out) + o * t.inner + first);
    }

    // The totals of all strips, in order.
    static void finish(const Reducer& reducer, void* totals, void* out) {
        const Reduction& reduction = reducer.reduction();
        const Tree& t = reducer.tree();
        auto* all = static_cast<Total*>(totals);
        auto* result = static_cast<Result*>(out);
        if (t.strips == 0)
            std::fill_n(result, t.outer * t.inner, R::result(reduction, R::identity));
        if (t.strips <= 1) return;
        for (Index o = 0; o < t.outer; ++o, all += t.strips * t.inner, result += t.inner) {
            for (Index s = 1; s < t.strips; ++s) {
                const Total* next = all + s * t.inner;
                detail::vectorized_for(t.inner,
                                       [=](Index j) { all[j] = R::merge(all[j], next[j]); });
            }
            put(reduction, all, t.inner, result);
        }
    }

private:
    static void put(const Reduction& reduction, const Total* total, Index n, Result* out) {
        if (reduction == Reduction(reduction.kind)) {  // a quotient by 1 costs time, too
            detail::vectorized_for(n, [=](Index j) { out[j] = static_cast<Result>(total[j]); });
        } else {
            const Reduction r = reduction;
            detail::vectorized_for(n, [=](Index j) { out[j] = R::result(r, total[j]); });
        }
    }

    // Whole strips of one column: the same tree with its lanes in registers.
    template <Index lanes>
    static void reduce_short(const Reduction& reduction, const Element* x, Index n, Index count,
                             Result* out) {
        for (; count > 0; --count) {
            Total total[lanes];
            std::fill_n(total, lanes, R::identity);
            for (Index left = n; left > 0;) {
                Lane lane[lanes];
                std::fill_n(lane, lanes, R::identity);
                const Index rounds = std::min(left / lanes, merge_interval);
                for (Index i = 0; i < rounds; ++i, x += lanes) {
                    for (Index l = 0; l < lanes; ++l) lane[l] = R::combine(lane[l], x[l]);
                }
                left -= rounds * lanes;
                if (rounds < merge_interval) {
                    for (Index l = 0; l < left; ++l) lane[l] = R::combine(lane[l], x[l]);
                    x += left;
                    left = 0;
                }
                for (Index l = 0; l < lanes; ++l)
                    total[l] = R::merge(total[l], static_cast<Total>(lane[l]));
            }
            for (Index half = lanes / 2; half > 0; half /= 2) {
                for (Index l = 0; l < half; ++l) total[l] = R::merge(total[l], total[l + half]);
            }
            *out++ = R::result(reduction, total[0]);
        }
    }

    // Merges lanes into their totals.
    static void merge_lanes(Index width, Lane* lane, Total* total) {
        detail::vectorized_for(width, [=](Index j) {
            total[j] = R::merge(total[j], static_cast<Total>(lane[j]));
            lane[j] = R::identity;
        });
    }

    // Takes `count` elements of a strip, from its element `at` on: the rest of a row, whole rows,
    // the beginning of one.
    static void take(const Element* x, Index at, Index count, Index width, Lane* lane,
                     Total* total) {
        while (count > 0) {
            const Index row = at / width, column = at % width;
            const bool whole = column == 0 && count >= width;
            const Index n = whole ? width : std::min(count, width - column);
            const Index taken = whole ? count / width : 1;
            rows(x, taken, n, width, row, lane + column, total + column);
            x += taken * n;
            at += taken * n;
            count -= taken * n;
        }
    }

    // Takes rows of `n` elements on `n` lanes; the first one is the strip's row number `row`.
    static void rows(const Element* x, Index count, Index n, Index width, Index row, Lane* lane,
                     Total* total) {
        while (count > 0) {
            const Index now = std::min(count, merge_interval - row % merge_interval);
            Index i = 0;
            for (; i + 4 <= now; i += 4, x += 4 * width) {
                detail::vectorized_for(n, [=](Index j) {
                    const Lane two = R::combine(R::combine(lane[j], x[j]), x[j + width]);
                    lane[j] = R::combine(R::combine(two, x[j + 2 * width]), x[j + 3 * width]);
                });
            }
            for (; i < now; ++i, x += width)
                detail::vectorized_for(n, [=](Index j) { lane[j] = R::combine(lane[j], x[j]); });
            count -= now;
            row += now;
            if (row % merge_interval == 0) merge_lanes(n, lane, total);
        }
    }
};

template <class R>
struct FeedColumns {
    static void run(const Reducer& reducer, const void* in, Index outer, Index first, void* state,
                    void* out) {
        Feed<R>::columns(reducer, in, outer, first, state, out);
    }
};

// Σ x² / divisor or its root again, from elements scaled by the power of two that makes the largest
// about 1. Zeros, infinities and NaN need no scale.
double from_scaled(const Reduction& r, const double* column, Index n, Index step, double before) {
    double largest = 0;
    for (Index i = 0; i < n; ++i) largest = std::max(largest, std::abs(column[i * step]));
    if (largest == 0 || std::isinf(largest)) return before;
    const int exponent = std::ilogb(largest);
    double total = 0;
    for (Index i = 0; i < n; ++i) {
        const double x = std::scalbn(column[i * step], -exponent);
        total += x * x;
    }
    const double mean = total / r.divisor;
    if (!r.root) return std::scalbn(mean, 2 * exponent) + r.epsilon;
    return std::scalbn(std::sqrt(mean + std::scalbn(r.epsilon, -2 * exponent)), exponent);
}

// Mends squares of f64 that have overflown, or lost digits by underflow.
void mend_squares(const Reducer& reducer, const void* in, void* out) {
    constexpr double least = 0x1p-480;  // of a root; squares of 2⁻⁵³ times that have all digits
    const Tree& t = reducer.tree();
    const Reduction& r = reducer.reduction();
    auto* const results = static_cast<double*>(out);
    for (Index i = 0; i < t.outer * t.inner; ++i) {
        double& result = results[i];
        if (!std::isinf(result) && !(result < (r.root ? least : least * least))) continue;
        const double* column =
            static_cast<const double*>(in) + i / t.inner * t.n * t.inner + i % t.inner;
        result = from_scaled(r, column, t.n, t.inner, result);
    }
}

template <class R>
const Reducer::Functions* functions_of() {
    using Total = typename R::Total;
    // Whole numbers wait for memory with AVX2 already.
    constexpr Instructions widest =
        std::is_floating_point_v<typename R::Element> ? Instructions::avx512 : Instructions::avx2;
    static const Reducer::Functions functions{
        .feed = multiversioned<Feed<R>, widest>(),
        .columns = multiversioned<FeedColumns<R>, widest>(),
        .finish = Feed<R>::finish,
        .mend = std::is_same_v<R, Squares<double>> ? mend_squares : nullptr,
        .element = sizeof(typename R::Element),
        .total = sizeof(Total),
        .lane = sizeof(Total) + sizeof(typename R::Lane)};
    return &functions;
}

// A bool counts as the byte that it is stored as, and the extremes of bools are any and all of
// them.
template <class T>
using SumOf = Sum<std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>>;
template <class T, bool largest>
using ExtremeOf = std::conditional_t<std::is_same_v<T, bool>, Logic<largest>, Extreme<T, largest>>;

const Reducer::Functions* functions_of(Reduction::Kind kind, DType t) {
    switch (kind) {
        case Reduction::sum:
            return dispatch(t, []<class T>() { return functions_of<SumOf<T>>(); });
        case Reduction::squares:
            return dispatch_floating(t, []<class T>() { return functions_of<Squares<T>>(); });
        case Reduction::max:
            return dispatch(t, []<class T>() { return functions_of<ExtremeOf<T, true>>(); });
        case Reduction::min:
            return dispatch(t, []<class T>() { return functions_of<ExtremeOf<T, false>>(); });
        case Reduction::any:
            return functions_of<Logic<true>>();
        case Reduction::all:
            break;
    }
    return functions_of<Logic<false>>();
}

// The axes of a shape, in groups of neighbours that are all reduced or all kept.
class AxisGroups {
public:
    AxisGroups(const Shape& shape, std::uint32_t axes) {
        for (int i = 0, rank = shape.rank(); i < rank; ++i) {
            const Index n = shape[i];
            if (n == 1) continue;
            const bool reduced = (axes >> i & 1) != 0;
            if (size_ > 0 && list_[size_ - 1].reduced == reduced)
                list_[size_ - 1].size *= n;
            else
                list_[size_++] = {n, reduced};
        }
    }
    std::ptrdiff_t reduced() const {
        return std::count_if(list_.begin(), list_.begin() + static_cast<std::ptrdiff_t>(size_),
                             [](const Group& g) { return g.reduced; });
    }
    // Removes the last reduced group; gives the sizes before it, of it, and behind it.
    std::array<Index, 3> take_last() {
        std::array<Index, 3> sizes{1, 1, 1};
        std::size_t at = size_;
        for (; at > 0 && !list_[at - 1].reduced; --at) sizes[2] *= list_[at - 1].size;
        if (at == 0) return sizes;
        sizes[1] = list_[--at].size;
        for (std::size_t g = 0; g < at; ++g) sizes[0] *= list_[g].size;
        for (--size_; at < size_; ++at) list_[at] = list_[at + 1];
        return sizes;
    }

private:
    struct Group {
        Index size;
        bool reduced;
    };
    std::array<Group, Shape::max_rank> list_;
    std::size_t size_ = 0;
};

template <class T>
void arg_reduce_middle(bool largest, const T* x, Index outer, Index n, Index inner, Index* out) {
    parallel_pieces(outer, std::max<Index>(1, worth_a_strip / std::max<Index>(1, n * inner)),
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

Reducer::Reducer(const Reduction& reduction, DType dtype, Index outer, Index n, Index inner)
    : reduction_(reduction),
      tree_(tree_of(outer, n, inner)),
      functions_(functions_of(reduction.kind, dtype)) {}

std::optional<Reducer> Reducer::in_blocks(const Reduction& reduction, const Spec& in,
                                          std::uint32_t axes) {
    AxisGroups groups(in.shape, axes);
    if (groups.reduced() > 1 || in.size() == 0) return {};
    const auto [outer, n, inner] = groups.take_last();
    const Reducer r(reduction, in.dtype, outer, n, inner);
    if (inner > wide || (outer > 1 && r.tree_.strips > 1) || r.functions_->mend) return {};
    return r;
}

Index Reducer::piece() const noexcept {
    const Index strip = tree_.rows * tree_.inner;
    return tree_.outer == 1 ? strip : std::max<Index>(1, worth_a_strip / strip) * strip;
}

Index Reducer::unit(Index block) const noexcept {
    const Index whole = tree_.n * tree_.inner, row = tree_.fold * tree_.inner;
    return whole <= block ? whole : row <= block ? row : 1;
}

void Reducer::run(const void* in, void* out) const {
    if (tree_.inner > wide)
        run_columns(in, out);
    else
        run_strips(in, out);
    if (functions_->mend) functions_->mend(*this, in, out);
}

// Columns are independent.
void Reducer::run_columns(const void* in, void* out) const {
    const Tree& t = tree_;
    const Index across = divide_up(t.inner, wide);
    parallel_for(t.outer * across * t.strips, [&](Index i) {
        LaneState state(wide * static_cast<Index>(functions_->lane));
        functions_->columns(*this, in, i / across, i % across * wide, state.data(), out);
    });
    finish(nullptr, out);
}

void Reducer::run_strips(const void* in, void* out) const {
    const Tree& t = tree_;
    const Index row = t.n * t.inner, strip = t.rows * t.inner;
    const Buffer totals = t.strips > 1 ? Buffer::allocate(totals_bytes()) : Buffer();
    const auto start_of = [&](Index i) { return i / t.strips * row + i % t.strips * strip; };
    const Index together = std::max<Index>(1, worth_a_strip / std::max<Index>(1, strip));
    parallel_pieces(t.outer * t.strips, together, [&](Index begin, Index end) {
        LaneState state(static_cast<Index>(state_bytes()));
        const Index start = start_of(begin);
        feed(static_cast<const std::byte*>(in) +
                 static_cast<std::size_t>(start) * functions_->element,
             start, start_of(end) - start, state.data(), totals.data(), out);
    });
    finish(totals.data(), out);
}

// Group by group, the last one first. Squares go from group to group as the root of their mean,
// which fits wherever the elements do.
void reduce(const Reduction& reduction, ConstView in, std::uint32_t axes, View out) {
    if (out.size() == 0) return;
    AxisGroups groups(in.spec.shape, axes);
    Array between;
    Reduction rest = reduction;
    for (auto left = std::max<std::ptrdiff_t>(1, groups.reduced()); left > 0; --left) {
        const auto [outer, n, inner] = groups.take_last();
        if (left == 1) return Reducer(rest, in.spec.dtype, outer, n, inner).run(in.data, out.data);
        const auto count = static_cast<double>(std::max<Index>(1, n));
        const bool squares = rest.kind == Reduction::squares;
        if (squares) rest.divisor /= count;
        const Array result({Shape{outer, inner}, out.spec.dtype});
        Reducer(squares ? Reduction::root_of_squares(count, 0) : Reduction(rest.kind),
                in.spec.dtype, outer, n, inner)
            .run(in.data, result.raw());
        between = result;
        in = {between.raw(), between.spec()};
    }
}

Prepared prepare_reduce(const Reduction& reduction, const Spec& in, std::uint32_t axes) {
    AxisGroups groups(in.shape, axes);
    if (groups.reduced() > 1 || in.size() == 0) return {};
    const auto [outer, n, inner] = groups.take_last();
    return [reducer = Reducer(reduction, in.dtype, outer, n, inner)](
               const void* const* from, void* out) { reducer.run(from[0], out); };
}

void arg_reduce(bool largest, ConstView in, int axis, View out) {
    const detail::AroundAxis around(in.spec.shape, axis);
    dispatch(storage_of(in.spec.dtype), [&]<class T>() {
        arg_reduce_middle(largest, in.as<T>(), around.outer, around.size, around.inner,
                          out.as<Index>());
    });
}

}  // namespace shikumi::kernels
