#include <shikumi/autograd/kernels/pooling.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <shikumi/autograd/kernels/threads.hpp>

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

// The larger of each channel, and where it is. -1 is nowhere yet.
template <class T>
void keep_larger(Index channels, const T* x, std::int32_t pixel, T* best, std::int32_t* at) {
    for (Index c = 0; c < channels; ++c) {
        const T v = x[c], b = best[c];
        const bool larger = (v > b) | ((v != v) & (b == b)) | (at[c] < 0);
        best[c] = larger ? v : b;
        at[c] = larger ? pixel : at[c];
    }
}

}  // namespace

void largest(const Window& window, ConstView x, View out) {
    const Slide s(window, x.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        parallel_pieces(s.batch * s.places(), piece_of(s.channels), [&](Index begin, Index end) {
            std::fill_n(out.as<T>() + begin * s.channels, (end - begin) * s.channels,
                        -std::numeric_limits<T>::infinity());
            for_each_run(s, begin, end, [&](Index place, Index, Index pixel, Index count) {
                T* const best = out.as<T>() + place * s.channels;
                for (Index i = pixel; i < pixel + count; ++i) {
                    const T* const from = x.as<T>() + i * s.channels;
                    for (Index c = 0; c < s.channels; ++c) {
                        const T v = from[c], b = best[c];
                        best[c] = ((v > b) | (v != v)) ? v : b;
                    }
                }
            });
        });
    });
}

void largest_pixels(const Window& window, ConstView x, View out) {
    const Slide s(window, x.spec.shape);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        auto* const at = out.as<std::int32_t>();
        parallel_pieces(s.batch * s.places(), piece_of(s.channels), [&](Index begin, Index end) {
            const auto channels = static_cast<std::size_t>(s.channels);
            std::vector<T> best(channels);
            Index current = -1;
            Index first_pixel = 0;
            for_each_run(s, begin, end, [&](Index place, Index, Index pixel, Index count) {
                if (place != current) {
                    current = place;
                    first_pixel = place / s.places() * s.pixels();
                    std::fill(best.begin(), best.end(), std::numeric_limits<T>::lowest());
                    std::fill_n(at + place * s.channels, s.channels, -1);
                }
                for (Index i = pixel; i < pixel + count; ++i)
                    keep_larger(s.channels, x.as<T>() + i * s.channels,
                                static_cast<std::int32_t>(i - first_pixel), best.data(),
                                at + place * s.channels);
            });
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
