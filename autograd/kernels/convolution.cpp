#include <shikumi/autograd/kernels/convolution.hpp>

#include <algorithm>
#include <cstring>

#include <shikumi/autograd/kernels/gemm.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/memory/buffer.hpp>

namespace shikumi::kernels {

namespace {

constexpr Index tile_bytes = Index{1} << 18;  // of unfolded rows: what a second-level cache holds
constexpr Index fewest_rows = 128;            // fewer, and BLAS only reads the kernel over and over
constexpr Index most_parts = 8;               // sums of a kernel's gradient that are made apart
constexpr Index part_bytes = Index{1} << 24;  // that these may take together

// Memory for as long as a tile is worked on.
template <class T>
class Scratch {
public:
    explicit Scratch(Index count)
        : buffer_(Buffer::allocate(static_cast<std::size_t>(count) * sizeof(T))) {}
    T* data() const noexcept { return static_cast<T*>(buffer_.data()); }

private:
    Buffer buffer_;
};

Index divide_up(Index a, Index b) { return (a + b - 1) / b; }

template <class T>
void clear(T* values, Index count) {
    if (count > 0) std::memset(values, 0, static_cast<std::size_t>(count) * sizeof(T));
}

// Channels [first, first + count) of each pixel.
struct Channels {
    Index first, count;
};

// What the window sees at the places [begin, end), a row for each.
template <class T>
void unfold_rows(const Slide& s, Channels c, const T* x, Index begin, Index end, T* rows) {
    const Index taps = s.taps();
    const auto to = [&](Index place, Index tap) {
        return rows + ((place - begin) * taps + tap) * c.count;
    };
    const auto outside = [&](Index place, Index tap, Index count) {
        std::fill_n(to(place, tap), count * c.count, T{0});
    };
    if (c.count == s.channels) {
        for_each_run(
            s, begin, end,
            [&](Index place, Index tap, Index pixel, Index count) {
                std::copy_n(x + pixel * c.count, count * c.count, to(place, tap));
            },
            outside);
        return;
    }
    for_each_run(
        s, begin, end,
        [&](Index place, Index tap, Index pixel, Index count) {
            for (Index i = 0; i < count; ++i)
                std::copy_n(x + (pixel + i) * s.channels + c.first, c.count, to(place, tap + i));
        },
        outside);
}

// Adds such rows up where they were seen.
template <class T>
void fold_rows(const Slide& s, Channels c, const T* rows, Index begin, Index end, T* x) {
    const Index taps = s.taps();
    for_each_run(s, begin, end, [&](Index place, Index tap, Index pixel, Index count) {
        const T* from = rows + ((place - begin) * taps + tap) * c.count;
        for (Index i = 0; i < count; ++i) {
            T* to = x + (pixel + i) * s.channels + c.first;
            for (Index j = 0; j < c.count; ++j) to[j] += from[j];
            from += c.count;
        }
    });
}

// to[i] += a[i] b[i]
template <class T>
void add_products(Index count, const T* a, const T* b, T* to) {
    for (Index i = 0; i < count; ++i) to[i] += a[i] * b[i];
}

// What one convolution amounts to: products of unfolded rows, `tile` of them at a time.
template <class T>
struct Work {
    Work(const Slide& slide, Index groups, Index outputs)
        : s(slide),
          outs(outputs),
          own(groups == 0 ? 0 : outputs / groups),
          count(groups),
          depth(s.taps() * channels(0).count),
          rows(s.batch * s.places()),
          tile(std::max(fewest_rows,
                        tile_bytes / static_cast<Index>(sizeof(T)) / std::max<Index>(1, depth))),
          depthwise(groups > 1 && groups == s.channels && groups == outputs) {}

    Channels channels(Index group) const {
        const Index each = s.channels / count;
        return {group * each, each};
    }
    // Whole images, as many as a tile holds.
    Index images() const { return std::max<Index>(1, tile / std::max<Index>(1, s.places())); }

    const Slide s;
    Index outs, own, count, depth, rows, tile;
    bool depthwise;
};

template <class T>
void forward(const Work<T>& work, const T* x, const T* w, T* y) {
    const Slide& s = work.s;
    parallel_pieces(work.rows, work.tile, [&](Index begin, Index end) {
        if (work.depthwise) {
            clear(y + begin * work.outs, (end - begin) * work.outs);
            for_each_run(s, begin, end, [&](Index place, Index tap, Index pixel, Index count) {
                for (Index i = 0; i < count; ++i)
                    add_products(work.outs, x + (pixel + i) * work.outs, w + (tap + i) * work.outs,
                                 y + place * work.outs);
            });
            return;
        }
        const Scratch<T> rows((end - begin) * work.depth);
        for (Index g = 0; g < work.count; ++g) {
            unfold_rows(s, work.channels(g), x, begin, end, rows.data());
            multiply({.dtype = dtype_of<T>,
                      .m = end - begin,
                      .n = work.own,
                      .k = work.depth,
                      .row_b = work.outs,
                      .row_c = work.outs,
                      .whole = true},
                     rows.data(), w + g * work.own, y + begin * work.outs + g * work.own);
        }
    });
}

// Windows overlap, so an image is one thread's.
template <class T>
void backward(const Work<T>& work, const T* y, const T* w, T* x) {
    const Slide& s = work.s;
    parallel_pieces(s.batch, work.images(), [&](Index first, Index last) {
        clear(x + first * s.pixels() * s.channels, (last - first) * s.pixels() * s.channels);
        const Index all = last * s.places();
        if (work.depthwise) {
            for_each_run(
                s, first * s.places(), all, [&](Index place, Index tap, Index pixel, Index count) {
                    for (Index i = 0; i < count; ++i)
                        add_products(work.outs, y + place * work.outs, w + (tap + i) * work.outs,
                                     x + (pixel + i) * work.outs);
                });
            return;
        }
        const Scratch<T> rows(std::min(work.tile, (last - first) * s.places()) * work.depth);
        for (Index begin = first * s.places(); begin < all; begin += work.tile) {
            const Index end = std::min(all, begin + work.tile);
            for (Index g = 0; g < work.count; ++g) {
                multiply({.dtype = dtype_of<T>,
                          .transpose_b = true,
                          .m = end - begin,
                          .n = work.depth,
                          .k = work.own,
                          .row_a = work.outs,
                          .row_b = work.outs,
                          .whole = s.batch > 1},
                         y + begin * work.outs + g * work.own, w + g * work.own, rows.data());
                fold_rows(s, work.channels(g), rows.data(), begin, end, x);
            }
        }
    });
}

// The rows [begin, end)'s share of the kernel's gradient.
template <class T>
void add_gradient(const Work<T>& work, const T* x, const T* y, Index begin, Index end, T* w) {
    const Slide& s = work.s;
    if (work.depthwise) {
        for_each_run(s, begin, end, [&](Index place, Index tap, Index pixel, Index count) {
            for (Index i = 0; i < count; ++i)
                add_products(work.outs, x + (pixel + i) * work.outs, y + place * work.outs,
                             w + (tap + i) * work.outs);
        });
        return;
    }
    const Scratch<T> rows((end - begin) * work.depth);
    for (Index g = 0; g < work.count; ++g) {
        unfold_rows(s, work.channels(g), x, begin, end, rows.data());
        multiply({.dtype = dtype_of<T>,
                  .transpose_a = true,
                  .m = work.depth,
                  .n = work.own,
                  .k = end - begin,
                  .accumulate = true,
                  .row_b = work.outs,
                  .row_c = work.outs},
                 rows.data(), y + begin * work.outs + g * work.own, w + g * work.own);
    }
}

// Tiles are shared out among parts, each of which adds up for itself; then the parts are added.
template <class T>
void gradient(const Work<T>& work, const T* x, const T* y, T* w) {
    const Index size = work.depth * work.outs;
    const Index tiles = divide_up(work.rows, work.tile);
    const Index affordable = part_bytes / static_cast<Index>(sizeof(T)) / std::max<Index>(1, size);
    const Index parts = std::clamp<Index>(std::min(tiles, affordable), 1, most_parts);
    const Scratch<T> others((parts - 1) * size);
    const auto sum_of = [&](Index part) {
        return part == 0 ? w : others.data() + (part - 1) * size;
    };
    parallel_for(parts, [&](Index part) {
        clear(sum_of(part), size);
        for (Index i = tiles * part / parts; i < tiles * (part + 1) / parts; ++i)
            add_gradient(work, x, y, i * work.tile, std::min(work.rows, (i + 1) * work.tile),
                         sum_of(part));
    });
    for (Index part = 1; part < parts; ++part) {
        const T* more = sum_of(part);
        for (Index i = 0; i < size; ++i) w[i] += more[i];
    }
}

}  // namespace

void convolve(const Window& window, Index groups, ConstView x, ConstView w, View y) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Work<T> work(Slide(window, x.spec.shape), groups, w.spec.shape.back());
        forward(work, x.as<T>(), w.as<T>(), y.as<T>());
    });
}

void convolve_back(const Window& window, Index groups, ConstView y, ConstView w, View x) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Work<T> work(Slide(window, x.spec.shape), groups, w.spec.shape.back());
        backward(work, y.as<T>(), w.as<T>(), x.as<T>());
    });
}

void correlate(const Window& window, Index groups, ConstView x, ConstView y, View w) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Work<T> work(Slide(window, x.spec.shape), groups, w.spec.shape.back());
        gradient(work, x.as<T>(), y.as<T>(), w.as<T>());
    });
}

void unfold(const Window& window, ConstView x, View out) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Slide s(window, x.spec.shape);
        const Index row = out.spec.shape.back();
        const Index piece = std::max<Index>(1, tile_bytes / std::max<Index>(1, row));
        parallel_pieces(s.batch * s.places(), piece, [&](Index begin, Index end) {
            unfold_rows(s, {0, s.channels}, x.as<T>(), begin, end, out.as<T>() + begin * row);
        });
    });
}

void fold(const Window& window, ConstView rows, View x) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Slide s(window, x.spec.shape);
        const Index image = s.pixels() * s.channels, row = rows.spec.shape.back();
        parallel_pieces(s.batch, std::max<Index>(1, tile_bytes / std::max<Index>(1, image)),
                        [&](Index first, Index last) {
                            clear(x.as<T>() + first * image, (last - first) * image);
                            const Index begin = first * s.places();
                            fold_rows(s, {0, s.channels}, rows.as<T>() + begin * row, begin,
                                      last * s.places(), x.as<T>());
                        });
    });
}

}  // namespace shikumi::kernels
