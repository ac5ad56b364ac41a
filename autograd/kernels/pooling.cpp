#include <shikumi/autograd/kernels/pooling.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>

#include <shikumi/autograd/kernels/detail/places.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

using detail::Scratch;

constexpr Index block = Index{1} << 16;  // elements of one piece of work

Index piece_of(Index elements) { return std::max<Index>(1, block / std::max<Index>(1, elements)); }

// 1 / (how many pixels the window sees) for each place of an image.
template <class T>
Scratch<T> shares(const WindowGeometry& s) {
    const Scratch<T> seen(s.places());
    std::fill_n(seen.data(), s.places(), T{0});
    for_each_run(s, 0, s.places(), [&](Index place, Index, Index, Index count) {
        seen[place] += static_cast<T>(count);
    });
    for (Index place = 0; place < s.places(); ++place) seen[place] = 1 / seen[place];
    return seen;
}

template <class T>
void clear(T* values, Index count) {
    if (count > 0) std::memset(values, 0, static_cast<std::size_t>(count) * sizeof(T));
}

// Places along the last axis that see the same taps. Distances are in elements.
struct Row {
    Index places, channels;
    Index place_step, pixel_step;  // from place to place, and from first tap to first tap
    Index taps;
    const Index* tap;  // how far each is from the first
};

constexpr Index strip = 64;  // channels that are taken together

// f(place, pixel, channels) for strips of each place of a row.
template <class F>
void for_each_strip(const Row& row, F f) {
    for (Index i = 0; i < row.places; ++i) {
        for (Index c = 0; c < row.channels; c += strip)
            f(i * row.place_step + c, i * row.pixel_step + c, std::min(strip, row.channels - c));
    }
}

// NaN counts as larger than any number.
template <class T>
T larger(T v, T than) {
    return ((v > than) | (v != v)) ? v : than;
}
template <class T>
bool is_largest(T v, T largest) {
    return (v == largest) | (v != v);
}

// best = the largest tap of a few channels, whose first taps are at x.
template <class T>
void find_largest(const Row& row, const T* x, Index channels, T* best) {
    detail::vectorized_for(channels,
                           [=](Index c) { best[c] = -std::numeric_limits<T>::infinity(); });
    for (Index t = 0; t < row.taps; ++t) {
        const T* const seen = x + row.tap[t];
        detail::vectorized_for(channels, [=](Index c) { best[c] = larger(seen[c], best[c]); });
    }
}

// out = the largest
template <class T>
struct Largest {
    static void run(const Row& row, const T* x, T* out) {
        for_each_strip(row, [=](Index place, Index pixel, Index channels) {
            T best[strip];
            find_largest(row, x + pixel, channels, best);
            T* const to = out + place;
            const T* const from = best;
            detail::vectorized_for(channels, [=](Index c) { to[c] = from[c]; });
        });
    }
};

// out = t where x has the first of the largest
template <class T>
struct PickLargest {
    static void run(const Row& row, const T* x, const T* t, T* out) {
        for_each_strip(row, [=](Index place, Index pixel, Index channels) {
            T largest[strip];
            T *const best = largest, *const to = out + place;
            find_largest(row, x + pixel, channels, best);
            detail::vectorized_for(channels, [=](Index c) { to[c] = 0; });
            for (Index i = row.taps; i-- > 0;) {
                const T *const seen = x + pixel + row.tap[i], *const there = t + pixel + row.tap[i];
                detail::vectorized_for(channels, [=](Index c) {
                    const T v = seen[c], picked = there[c], before = to[c];
                    to[c] = is_largest(v, best[c]) ? picked : before;
                });
            }
        });
    }
};

// out += g where x has the first of the largest
template <class T>
struct PutLargest {
    static void run(const Row& row, const T* x, const T* g, T* out) {
        for_each_strip(row, [=](Index place, Index pixel, Index channels) {
            T largest[strip], left[strip];
            T *const best = largest, *const rest = left;
            find_largest(row, x + pixel, channels, best);
            const T* const from = g + place;
            detail::vectorized_for(channels, [=](Index c) { rest[c] = from[c]; });
            for (Index i = 0; i < row.taps; ++i) {
                const T* const seen = x + pixel + row.tap[i];
                T* const to = out + pixel + row.tap[i];
                detail::vectorized_for(channels, [=](Index c) {
                    const T v = seen[c], r = rest[c];
                    const bool here = is_largest(v, best[c]);
                    to[c] += here ? r : 0;
                    rest[c] = here ? 0 : r;
                });
            }
        });
    }
};

// Asks for the pixels of a place in the next row of windows, at `first` in this one. They lie too
// far from the last ones for a processor to foresee. (Not inlined it would count as doing nothing.)
template <bool write, class T>
[[gnu::always_inline]] inline void ask_ahead(const Row& row, const T* first) {
    constexpr Index line = 64;
    const Index down = row.tap[2] - row.tap[0];
    for (const Index tap : {2 * down, 3 * down}) {
        const auto from =
            reinterpret_cast<std::uintptr_t>(first) + static_cast<std::uintptr_t>(tap) * sizeof(T);
        const auto bytes = static_cast<Index>(sizeof(T)) * row.pixel_step;
        for (Index i = 0; i < bytes; i += line)
            __builtin_prefetch(reinterpret_cast<const void*>(from + static_cast<std::uintptr_t>(i)),
                               write);
    }
}

// The largest in one pass, for the usual window of four taps.
template <class T>
struct LargestOfFour {
    static void run(const Row& row, const T* x, T* out) {
        for (Index i = 0; i < row.places; ++i) {
            const T *const a = x + row.tap[0], *const b = x + row.tap[1];
            const T *const c = x + row.tap[2], *const d = x + row.tap[3];
            T* const to = out;
            detail::vectorized_for(row.channels, [=](Index j) {
                to[j] = larger(d[j], larger(c[j], larger(b[j], a[j])));
            });
            ask_ahead<false>(row, x);
            x += row.pixel_step;
            out += row.place_step;
        }
    }
};

// And its gradient, where no two windows share a pixel: out = g or 0.
template <class T>
struct PutLargestOfFour {
    static void run(const Row& row, const T* x, const T* g, T* out) {
        for (Index i = 0; i < row.places; ++i) {
            const T *const a = x + row.tap[0], *const b = x + row.tap[1];
            const T *const c = x + row.tap[2], *const d = x + row.tap[3];
            T *const to_a = out + row.tap[0], *const to_b = out + row.tap[1];
            T *const to_c = out + row.tap[2], *const to_d = out + row.tap[3];
            const T* const from = g;
            detail::vectorized_for(row.channels, [=](Index j) {
                const T best = larger(d[j], larger(c[j], larger(b[j], a[j])));
                T left = from[j];
                const auto taken = [&](T v) {
                    const T own = is_largest(v, best) ? left : 0;
                    left = is_largest(v, best) ? 0 : left;
                    return own;
                };
                to_a[j] = taken(a[j]);
                to_b[j] = taken(b[j]);
                to_c[j] = taken(c[j]);
                to_d[j] = taken(d[j]);
            });
            ask_ahead<false>(row, x);
            ask_ahead<true>(row, out);
            x += row.pixel_step;
            out += row.pixel_step;
            g += row.place_step;
        }
    }
};

// Whether no two windows share a pixel; and whether, besides, each pixel is in one.
struct Sharing {
    explicit Sharing(const WindowGeometry& s) {
        for (unsigned i = 0; i < 3; ++i) {
            const Window& w = s.window;
            apart &= w.stride[i] >= w.extent(i);
            whole &=
                w.stride[i] == w.size[i] && w.before[i] == 0 && s.out[i] * w.stride[i] == s.in[i];
        }
        whole &= apart;
    }
    bool apart = true, whole = true;
};

// f(row, place, pixel) for each row of a part of the places; both in elements, counted through the
// batch.
template <class F>
void for_each_row(const WindowGeometry& s, const detail::Part& part, detail::Range images, F f) {
    const Scratch<Index> taps(s.taps());
    detail::for_each_place(part, [&](const detail::Place& p) {
        Row row{p[2].count, s.channels, p[2].step * s.channels, p[2].source_step * s.channels,
                0,          taps.data()};
        detail::for_each_tap(p, s.window, s.in,
                             [&](Index, Index pixel) { taps[row.taps++] = pixel * s.channels; });
        detail::for_each_row(p, images, s.out, s.in, [&](Index place, Index pixel) {
            f(row, place * s.channels, pixel * s.channels);
        });
    });
}

// The same for all places, cut into pieces.
template <class F>
void for_each_row(const WindowGeometry& s, F f) {
    const detail::Cut cut(s.batch, s.out,
                          std::max<Index>(1, s.batch * s.places() * s.channels / block));
    const detail::Axes axes = detail::axes_of(s, detail::lines_forward);
    parallel_for(cut.parts(),
                 [&](Index part) { for_each_row(s, cut.within(axes, part), cut.images(part), f); });
}

}  // namespace

void largest(const Window& window, ConstView x, View out) {
    const WindowGeometry s(window, x.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto largest_of = multiversioned<Largest<T>>(),
                   of_four = multiversioned<LargestOfFour<T>>();
        for_each_row(s, [&](const Row& row, Index place, Index pixel) {
            (row.taps == 4 ? of_four : largest_of)(row, x.as<T>() + pixel, out.as<T>() + place);
        });
    });
}

void pick_largest(const Window& window, ConstView x, ConstView t, View out) {
    const WindowGeometry s(window, x.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto pick = multiversioned<PickLargest<T>>();
        for_each_row(s, [&](const Row& row, Index place, Index pixel) {
            pick(row, x.as<T>() + pixel, t.as<T>() + pixel, out.as<T>() + place);
        });
    });
}

// Windows may overlap, so an image is one thread's. It is cleared when its turn
// comes, unless all of it is written.
void put_largest(const Window& window, ConstView x, ConstView g, View out) {
    const WindowGeometry s(window, x.spec.shape);
    const Index image = s.pixels() * s.channels;
    const detail::Axes axes = detail::axes_of(s, detail::lines_forward);
    const detail::Part all{axes, 2, {0, s.out[2]}};
    const Sharing sharing(s);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto put = multiversioned<PutLargest<T>>(),
                   put_four = multiversioned<PutLargestOfFour<T>>();
        const bool fills = sharing.whole && s.taps() == 4;
        parallel_pieces(s.batch, piece_of(image), [&](Index first, Index last) {
            for (Index n = first; n < last; ++n) {
                if (!fills) clear(out.as<T>() + n * image, image);
                for_each_row(s, all, {n, n + 1}, [&](const Row& row, Index place, Index pixel) {
                    (sharing.apart && row.taps == 4 ? put_four : put)(
                        row, x.as<T>() + pixel, g.as<T>() + place, out.as<T>() + pixel);
                });
            }
        });
    });
}

void average(const Window& window, ConstView x, View out) {
    const WindowGeometry s(window, x.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Scratch<T> share = shares<T>(s);
        parallel_pieces(s.batch * s.places(), piece_of(s.channels), [&](Index begin, Index end) {
            clear(out.as<T>() + begin * s.channels, (end - begin) * s.channels);
            for_each_run(s, begin, end, [&](Index place, Index, Index pixel, Index count) {
                T* const to = out.as<T>() + place * s.channels;
                for (Index i = pixel; i < pixel + count; ++i) {
                    const T* const from = x.as<T>() + i * s.channels;
                    for (Index c = 0; c < s.channels; ++c) to[c] += from[c];
                }
            });
            for (Index place = begin; place < end; ++place) {
                T* const to = out.as<T>() + place * s.channels;
                const T factor = share[place % s.places()];
                for (Index c = 0; c < s.channels; ++c) to[c] *= factor;
            }
        });
    });
}

void spread(const Window& window, ConstView y, View x) {
    const WindowGeometry s(window, x.spec.shape);
    const Index image = s.pixels() * s.channels;
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Scratch<T> share = shares<T>(s);
        parallel_pieces(s.batch, piece_of(image), [&](Index first, Index last) {
            clear(x.as<T>() + first * image, (last - first) * image);
            for_each_run(s, first * s.places(), last * s.places(),
                         [&](Index place, Index, Index pixel, Index count) {
                             const T factor = share[place % s.places()];
                             const T* const from = y.as<T>() + place * s.channels;
                             for (Index i = pixel; i < pixel + count; ++i) {
                                 T* const to = x.as<T>() + i * s.channels;
                                 for (Index c = 0; c < s.channels; ++c) to[c] += from[c] * factor;
                             }
                         });
        });
    });
}

}  // namespace shikumi::kernels
