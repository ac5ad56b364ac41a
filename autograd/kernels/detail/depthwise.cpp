#include <shikumi/autograd/kernels/detail/depthwise.hpp>

#include <algorithm>

#include <shikumi/autograd/kernels/detail/pieces.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/memory/buffer.hpp>

namespace shikumi::kernels::detail {

namespace {

constexpr Index piece_elements = Index{1} << 15;  // of a piece
constexpr Index most_parts = 8;                   // separate sums of a kernel's gradient

// to[i] += a[i] b[i]
template <class T>
struct AddProducts {
    static void run(Index count, const T* a, const T* b, T* to) {
        vectorized_for(count, [=](Index i) { to[i] += a[i] * b[i]; });
    }
};

// f(position, pixel, tap) for each tap outside the padding at positions [begin, end); offsets of
// elements.
template <class F>
void for_each_tap(const WindowGeometry& geometry, Index begin, Index end, F f) {
    for_each_run(geometry, begin, end, [&](Index position, Index tap, Index pixel, Index count) {
        for (Index i = 0; i < count; ++i)
            f(position * geometry.channels, (pixel + i) * geometry.channels,
              (tap + i) * geometry.channels);
    });
}

Index images_per_piece(const WindowGeometry& geometry) {
    return std::max<Index>(
        1, piece_elements / std::max<Index>(1, geometry.input_pixels() * geometry.channels));
}

}  // namespace

void convolve_depthwise(const WindowGeometry& geometry, ConstView x, ConstView w, View y) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto add_products = multiversioned<AddProducts<T>>();
        const Index positions = std::max<Index>(1, piece_elements / geometry.channels);
        parallel_pieces(
            geometry.batch * geometry.output_pixels(), positions, [&](Index begin, Index end) {
                std::fill_n(y.as<T>() + begin * geometry.channels,
                            (end - begin) * geometry.channels, T{0});
                for_each_tap(geometry, begin, end, [&](Index position, Index pixel, Index tap) {
                    add_products(geometry.channels, x.as<T>() + pixel, w.as<T>() + tap,
                                 y.as<T>() + position);
                });
            });
    });
}

// Windows overlap, so one thread computes a whole image.
void convolve_depthwise_back(const WindowGeometry& geometry, ConstView y, ConstView w, View x) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto add_products = multiversioned<AddProducts<T>>();
        parallel_pieces(geometry.batch, images_per_piece(geometry), [&](Index first, Index last) {
            const Index image = geometry.input_pixels() * geometry.channels;
            std::fill_n(x.as<T>() + first * image, (last - first) * image, T{0});
            for_each_tap(geometry, first * geometry.output_pixels(),
                         last * geometry.output_pixels(),
                         [&](Index position, Index pixel, Index tap) {
                             add_products(geometry.channels, y.as<T>() + position, w.as<T>() + tap,
                                          x.as<T>() + pixel);
                         });
        });
    });
}

// Positions are distributed among parts, each of which has a sum of its own; then these are added.
void correlate_depthwise(const WindowGeometry& geometry, ConstView x, ConstView y, View w) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto add_products = multiversioned<AddProducts<T>>();
        const Index size = geometry.taps() * geometry.channels,
                    rows = geometry.batch * geometry.output_pixels();
        const Index parts =
            std::clamp<Index>(rows * geometry.channels / piece_elements, 1, most_parts);
        const Index each = std::max<Index>(1, divide_up(rows, parts));
        const Buffer others =
            Buffer::allocate(static_cast<std::size_t>((parts - 1) * size) * sizeof(T));
        const auto sum_of = [&](Index part) {
            return part == 0 ? w.as<T>() : static_cast<T*>(others.data()) + (part - 1) * size;
        };
        parallel_for(parts, [&](Index part) {
            T* const sum = sum_of(part);
            std::fill_n(sum, size, T{0});
            for_each_tap(geometry, std::min(rows, part * each), std::min(rows, (part + 1) * each),
                         [&](Index position, Index pixel, Index tap) {
                             add_products(geometry.channels, x.as<T>() + pixel,
                                          y.as<T>() + position, sum + tap);
                         });
        });
        for (Index part = 1; part < parts; ++part) {
            const T* const more = sum_of(part);
            for (Index i = 0; i < size; ++i) w.as<T>()[i] += more[i];
        }
    });
}

}  // namespace shikumi::kernels::detail
