#include <shikumi/autograd/kernels/pooling.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <shikumi/autograd/kernels/detail/places.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/kernels/widest.hpp>

namespace shikumi::kernels {

namespace {

constexpr Index block = Index{1} << 16;  // elements of one piece of work

Index piece_of(Index elements) { return std::max<Index>(1, block / std::max<Index>(1, elements)); }

// Elements of one image: all axes but the first.
Index image_size(const Shape& shape) {
    Index size = 1;
    for (int i = 1; i < shape.rank(); ++i) size *= shape[i];
    return size;
}

// 1 / (how many pixels the window sees) for each place of an image.
template <class T>
std::vector<T> shares(const Slide& s) {
    std::vector<T> seen(static_cast<std::size_t>(s.places()), T{0});
    for_each_run(s, 0, s.places(), [&](Index place, Index, Index, Index count) {
        seen[static_cast<std::size_t>(place)] += static_cast<T>(count);
    });
    for (T& n : seen) n = 1 / n;
    return seen;
}

template <class T>
void clear(T* values, Index count) {
    if (count > 0) std::memset(values, 0, static_cast<std::size_t>(count) * sizeof(T));
}

// How far a place's taps lie from its first one, in pixels.
using Taps = std::vector<Index>;

// out[c] = the largest of the taps; NaN counts as larger than any number.
template <class T>
struct Largest {
    static void run(Index channels, const Taps& taps, const T* x, T* out) {
        std::copy_n(x, channels, out);
        for (std::size_t t = 1; t < taps.size(); ++t) {
            const T* const seen = x + taps[t] * channels;
            detail::each(channels, [=](Index c) {
                const T v = seen[c], best = out[c];
                out[c] = ((v > best) | (v != v)) ? v : best;
            });
        }
    }
};

// at[c] = the pixel of the first of the largest taps, where `pixel` is the first tap's.
template <class T>
struct LargestPixel {
    static void run(Index channels, const Taps& taps, std::int32_t pixel, const T* x,
                    std::int32_t* at) {
        constexpr Index strip = 64;
        for (Index first = 0; first < channels; first += strip) {
            const Index count = std::min(strip, channels - first);
            T largest[strip];
            std::int32_t place[strip];
            T* const best = largest;
            std::int32_t* const where = place;
            std::copy_n(x + first, count, best);
            std::fill_n(where, count, pixel);
            for (std::size_t t = 1; t < taps.size(); ++t) {
                const T* const seen = x + taps[t] * channels + first;
                const auto here = pixel + static_cast<std::int32_t>(taps[t]);
                detail::each(count, [=](Index c) {
                    const T v = seen[c], b = best[c];
                    const bool larger = (v > b) | ((v != v) & (b == b));
                    best[c] = larger ? v : b;
                    where[c] = larger ? here : where[c];
                });
            }
            std::copy_n(where, count, at + first);
        }
    }
};

// f(place, pixel, taps) for each place, `pixel` being its first tap's; both are counted through
// the batch. Where a place sees nothing there are no taps.
template <class F>
void for_each_seen(const Slide& s, F f) {
    const detail::Cut cut(s.batch, s.out,
                          std::max<Index>(1, s.batch * s.places() * s.channels / block));
    const detail::Axes axes = detail::axes_of(s, detail::lines_forward);
    parallel_for(cut.parts(), [&](Index part) {
        detail::for_each_place(cut.within(axes, part), [&](const detail::Place& p) {
            Taps taps;
            detail::for_each_tap(p, s.window, s.in,
                                 [&](Index, Index pixel) { taps.push_back(pixel); });
            detail::for_each_target(p, cut.images(part), s.out, s.in,
                                    [&](Index place, Index pixel) { f(place, pixel, taps); });
        });
    });
}

}  // namespace

void largest(const Window& window, ConstView x, View out) {
    const Slide s(window, x.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto largest_of = widest<Largest<T>>();
        for_each_seen(s, [&](Index place, Index pixel, const Taps& taps) {
            T* const to = out.as<T>() + place * s.channels;
            if (taps.empty())
                std::fill_n(to, s.channels, -std::numeric_limits<T>::infinity());
            else
                largest_of(s.channels, taps, x.as<T>() + pixel * s.channels, to);
        });
    });
}

void largest_pixels(const Window& window, ConstView x, View out) {
    const Slide s(window, x.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto largest_of = widest<LargestPixel<T>>();
        for_each_seen(s, [&](Index place, Index pixel, const Taps& taps) {
            auto* const at = out.as<std::int32_t>() + place * s.channels;
            const Index image = place / s.places() * s.pixels();
            if (!taps.empty())
                largest_of(s.channels, taps, static_cast<std::int32_t>(pixel - image),
                           x.as<T>() + pixel * s.channels, at);
        });
    });
}

void pick_pixels(ConstView x, ConstView pixels, View out) {
    const Index channels = x.spec.shape.back();
    const Index from = image_size(x.spec.shape), to = image_size(out.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        parallel_pieces(x.spec.shape.front(), piece_of(to), [&](Index first, Index last) {
            for (Index n = first; n < last; ++n) {
                const T* const image = x.as<T>() + n * from;
                const auto* const at = pixels.as<std::int32_t>() + n * to;
                T* const picked = out.as<T>() + n * to;
                for (Index i = 0; i < to; i += channels) {
                    for (Index c = 0; c < channels; ++c)
                        picked[i + c] = image[at[i + c] * channels + c];
                }
            }
        });
    });
}

void put_pixels(ConstView picked, ConstView pixels, View x) {
    const Index channels = x.spec.shape.back();
    const Index to = image_size(x.spec.shape), from = image_size(picked.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        parallel_pieces(x.spec.shape.front(), piece_of(to), [&](Index first, Index last) {
            clear(x.as<T>() + first * to, (last - first) * to);
            for (Index n = first; n < last; ++n) {
                T* const image = x.as<T>() + n * to;
                const auto* const at = pixels.as<std::int32_t>() + n * from;
                const T* const values = picked.as<T>() + n * from;
                for (Index i = 0; i < from; i += channels) {
                    for (Index c = 0; c < channels; ++c)
                        image[at[i + c] * channels + c] += values[i + c];
                }
            }
        });
    });
}

void average(const Window& window, ConstView x, View out) {
    const Slide s(window, x.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const std::vector<T> share = shares<T>(s);
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
                const T factor = share[static_cast<std::size_t>(place % s.places())];
                for (Index c = 0; c < s.channels; ++c) to[c] *= factor;
            }
        });
    });
}

void spread(const Window& window, ConstView y, View x) {
    const Slide s(window, x.spec.shape);
    const Index image = s.pixels() * s.channels;
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const std::vector<T> share = shares<T>(s);
        parallel_pieces(s.batch, piece_of(image), [&](Index first, Index last) {
            clear(x.as<T>() + first * image, (last - first) * image);
            for_each_run(s, first * s.places(), last * s.places(),
                         [&](Index place, Index, Index pixel, Index count) {
                             const T factor = share[static_cast<std::size_t>(place % s.places())];
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
