#include <shikumi/autograd/kernels/pooling.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include <shikumi/autograd/kernels/detail/larger.hpp>
#include <shikumi/autograd/kernels/detail/memory.hpp>
#include <shikumi/autograd/kernels/detail/pieces.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/detail/target_grids.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

using detail::larger;

using detail::clear;
using detail::items_per_piece;
using detail::Scratch;

// The number of pixels under the window for each position of an image.
template <class T>
Scratch<T> pixel_counts(const WindowGeometry& geometry) {
    const Scratch<T> counts(geometry.output_pixels());
    std::fill_n(counts.data(), geometry.output_pixels(), T{0});
    for_each_run(geometry, 0, geometry.output_pixels(),
                 [&](Index position, Index, Index, Index count) {
                     counts[position] += static_cast<T>(count);
                 });
    return counts;
}

// Positions along the last axis that the same taps reach. Distances are in elements.
struct OutputRow {
    Index positions, channels;
    Index position_step, pixel_step;  // between positions, and between their first taps
    Index taps;
    const Index* tap;  // distances from the first tap
};

constexpr Index part_elements = Index{1} << 16;  // of the output, for each part
constexpr Index strip = 64;                      // channels taken together

// f(position, pixel, channels) for strips of each position of a row.
template <class F>
void for_each_strip(const OutputRow& row, F f) {
    for (Index i = 0; i < row.positions; ++i) {
        for (Index c = 0; c < row.channels; c += strip)
            f(i * row.position_step + c, i * row.pixel_step + c, std::min(strip, row.channels - c));
    }
}

template <class T>
bool is_largest(T v, T largest) {
    return (v == largest) | (v != v);
}

// best = the largest tap of each of a few channels, whose first taps are at x.
template <class T>
void find_largest(const OutputRow& row, const T* x, Index channels, T* best) {
    detail::vectorized_for(channels,
                           [=](Index c) { best[c] = -std::numeric_limits<T>::infinity(); });
    for (Index t = 0; t < row.taps; ++t) {
        const T* const seen = x + row.tap[t];
        detail::vectorized_for(channels, [=](Index c) { best[c] = larger(seen[c], best[c]); });
    }
}

// out = the largest tap
template <class T>
struct MaxPool {
    static void run(const OutputRow& row, const T* x, T* out) {
        for_each_strip(row, [=](Index position, Index pixel, Index channels) {
            T best[strip];
            find_largest(row, x + pixel, channels, best);
            T* const to = out + position;
            const T* const from = best;
            detail::vectorized_for(channels, [=](Index c) { to[c] = from[c]; });
        });
    }
};

// out = t at the first largest tap of x
template <class T>
struct MaxPoolTangent {
    static void run(const OutputRow& row, const T* x, const T* t, T* out) {
        for_each_strip(row, [=](Index position, Index pixel, Index channels) {
            T largest[strip];
            T *const best = largest, *const to = out + position;
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

// out += g at the first largest tap of x
template <class T>
struct MaxPoolGradient {
    static void run(const OutputRow& row, const T* x, const T* g, T* out) {
        for_each_strip(row, [=](Index position, Index pixel, Index channels) {
            T largest[strip], left[strip];
            T *const best = largest, *const rest = left;
            find_largest(row, x + pixel, channels, best);
            const T* const from = g + position;
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

// Prefetches the pixels of the next row of windows, at `first` in this one. They lie too far from
// the last ones for the processor to predict. (Not inlined, it would count as having no effect.)
template <bool write, class T>
[[gnu::always_inline]] inline void prefetch(const OutputRow& row, const T* first) {
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

// MaxPool in one pass, for the usual window of four taps.
template <class T>
struct MaxPoolOfFour {
    static void run(const OutputRow& row, const T* x, T* out) {
        for (Index i = 0; i < row.positions; ++i) {
            const T *const a = x + row.tap[0], *const b = x + row.tap[1];
            const T *const c = x + row.tap[2], *const d = x + row.tap[3];
            T* const to = out;
            detail::vectorized_for(row.channels, [=](Index j) {
                to[j] = larger(d[j], larger(c[j], larger(b[j], a[j])));
            });
            prefetch<false>(row, x);
            x += row.pixel_step;
            out += row.position_step;
        }
    }
};

// MaxPoolGradient for four taps, where no two windows share a pixel: out = g or 0.
template <class T>
struct MaxPoolGradientOfFour {
    static void run(const OutputRow& row, const T* x, const T* g, T* out) {
        for (Index i = 0; i < row.positions; ++i) {
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
            prefetch<false>(row, x);
            prefetch<true>(row, out);
            x += row.pixel_step;
            out += row.pixel_step;
            g += row.position_step;
        }
    }
};

// Whether no two windows share a pixel, and whether each pixel is in exactly one.
struct Overlap {
    explicit Overlap(const WindowGeometry& geometry) {
        for (unsigned i = 0; i < 3; ++i) {
            const Window& w = geometry.window;
            none &= w.stride[i] >= w.extent(i);
            tiling &= w.stride[i] == w.size[i] && w.before[i] == 0 &&
                      geometry.output[i] * w.stride[i] == geometry.input[i];
        }
        tiling &= none;
    }
    bool none = true, tiling = true;
};

// f(row, position, pixel) for each row of a part of the positions; both in elements, counted
// through the batch.
template <class F>
void for_each_row(const WindowGeometry& geometry, const detail::Section& section,
                  detail::IndexRange images, F f) {
    const Scratch<Index> taps(geometry.taps());
    detail::for_each_grid(section, [&](const detail::TargetGrid& p) {
        OutputRow row{p[2].count,
                      geometry.channels,
                      p[2].step * geometry.channels,
                      p[2].source_step * geometry.channels,
                      0,
                      taps.data()};
        detail::for_each_tap(p, geometry.window, geometry.input, [&](Index, Index pixel) {
            taps[row.taps++] = pixel * geometry.channels;
        });
        detail::for_each_row(p, images, geometry.output, geometry.input,
                             [&](Index position, Index pixel) {
                                 f(row, position * geometry.channels, pixel * geometry.channels);
                             });
    });
}

// f(row, position, pixel) for each row of the output, in parallel.
template <class F>
void for_each_row(const WindowGeometry& geometry, F f) {
    const detail::Partition partition(geometry.batch, geometry.output,
                                      std::max<Index>(1, geometry.batch * geometry.output_pixels() *
                                                             geometry.channels / part_elements));
    const detail::AxisProgressions axes = detail::axes_of(geometry, detail::output_progressions);
    parallel_for(partition.parts(), [&](Index part) {
        for_each_row(geometry, partition.within(axes, part), partition.images(part), f);
    });
}

}  // namespace

void max_pool(const Window& window, ConstView x, View out) {
    const WindowGeometry geometry(window, x.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto largest_of = multiversioned<MaxPool<T>>(),
                   of_four = multiversioned<MaxPoolOfFour<T>>();
        for_each_row(geometry, [&](const OutputRow& row, Index position, Index pixel) {
            (row.taps == 4 ? of_four : largest_of)(row, x.as<T>() + pixel, out.as<T>() + position);
        });
    });
}

void max_pool_tangent(const Window& window, ConstView x, ConstView t, View out) {
    const WindowGeometry geometry(window, x.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto pick = multiversioned<MaxPoolTangent<T>>();
        for_each_row(geometry, [&](const OutputRow& row, Index position, Index pixel) {
            pick(row, x.as<T>() + pixel, t.as<T>() + pixel, out.as<T>() + position);
        });
    });
}

// Windows may overlap, so one thread computes a whole image. It clears the image first, unless all
// of it will be written.
void max_pool_gradient(const Window& window, ConstView x, ConstView g, View out) {
    const WindowGeometry geometry(window, x.spec.shape);
    const Index image = geometry.input_pixels() * geometry.channels;
    const detail::AxisProgressions axes = detail::axes_of(geometry, detail::output_progressions);
    const detail::Section all{axes, 2, {0, geometry.output[2]}};
    const Overlap overlap(geometry);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto put = multiversioned<MaxPoolGradient<T>>(),
                   put_four = multiversioned<MaxPoolGradientOfFour<T>>();
        const bool writes_all = overlap.tiling && geometry.taps() == 4;
        parallel_pieces(geometry.batch, items_per_piece(image), [&](Index first, Index last) {
            for (Index n = first; n < last; ++n) {
                if (!writes_all) clear(out.as<T>() + n * image, image);
                for_each_row(geometry, all, {n, n + 1},
                             [&](const OutputRow& row, Index position, Index pixel) {
                                 (overlap.none && row.taps == 4 ? put_four : put)(
                                     row, x.as<T>() + pixel, g.as<T>() + position,
                                     out.as<T>() + pixel);
                             });
            }
        });
    });
}

void average_pool(const Window& window, ConstView x, View out) {
    const WindowGeometry geometry(window, x.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Scratch<T> counts = pixel_counts<T>(geometry);
        parallel_pieces(
            geometry.batch * geometry.output_pixels(), items_per_piece(geometry.channels),
            [&](Index begin, Index end) {
                clear(out.as<T>() + begin * geometry.channels, (end - begin) * geometry.channels);
                for_each_run(geometry, begin, end,
                             [&](Index position, Index, Index pixel, Index count) {
                                 T* const to = out.as<T>() + position * geometry.channels;
                                 for (Index i = pixel; i < pixel + count; ++i) {
                                     const T* const from = x.as<T>() + i * geometry.channels;
                                     for (Index c = 0; c < geometry.channels; ++c) to[c] += from[c];
                                 }
                             });
                for (Index position = begin; position < end; ++position) {
                    T* const to = out.as<T>() + position * geometry.channels;
                    const T n = counts[position % geometry.output_pixels()];
                    for (Index c = 0; c < geometry.channels; ++c) to[c] /= n;
                }
            });
    });
}

void average_pool_gradient(const Window& window, ConstView y, View x) {
    const WindowGeometry geometry(window, x.spec.shape);
    const Index image = geometry.input_pixels() * geometry.channels;
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Scratch<T> counts = pixel_counts<T>(geometry);
        parallel_pieces(geometry.batch, items_per_piece(image), [&](Index first, Index last) {
            clear(x.as<T>() + first * image, (last - first) * image);
            for_each_run(geometry, first * geometry.output_pixels(),
                         last * geometry.output_pixels(),
                         [&](Index position, Index, Index pixel, Index count) {
                             const T n = counts[position % geometry.output_pixels()];
                             const T* const from = y.as<T>() + position * geometry.channels;
                             for (Index i = pixel; i < pixel + count; ++i) {
                                 T* const to = x.as<T>() + i * geometry.channels;
                                 for (Index c = 0; c < geometry.channels; ++c) to[c] += from[c] / n;
                             }
                         });
        });
    });
}

}  // namespace shikumi::kernels
