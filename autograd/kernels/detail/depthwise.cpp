#include <shikumi/autograd/kernels/detail/depthwise.hpp>

#include <algorithm>

#include <shikumi/autograd/kernels/detail/divide_up.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/memory/buffer.hpp>

namespace shikumi::kernels::detail {

namespace {

constexpr Index piece_elements = Index{1} << 15;  // that a piece computes or reads
constexpr Index most_parts = 8;                   // sums of a kernel's gradient that are made apart

// to[i] += a[i] b[i]
template <class T>
struct AddProducts {
    static void run(Index count, const T* a, const T* b, T* to) {
        vectorized_for(count, [=](Index i) { to[i] += a[i] * b[i]; });
    }
};

// f(place, pixel, tap) for whatever the places [begin, end) see.
template <class F>
void for_each_tap(const WindowGeometry& s, Index begin, Index end, F f) {
    for_each_run(s, begin, end, [&](Index place, Index tap, Index pixel, Index count) {
        for (Index i = 0; i < count; ++i)
            f(place * s.channels, (pixel + i) * s.channels, (tap + i) * s.channels);
    });
}

Index images_of_a_piece(const WindowGeometry& s) {
    return std::max<Index>(1, piece_elements / std::max<Index>(1, s.pixels() * s.channels));
}

}  // namespace

void convolve_depthwise(const WindowGeometry& s, ConstView x, ConstView w, View y) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto add_products = multiversioned<AddProducts<T>>();
        const Index places = std::max<Index>(1, piece_elements / s.channels);
        parallel_pieces(s.batch * s.places(), places, [&](Index begin, Index end) {
            std::fill_n(y.as<T>() + begin * s.channels, (end - begin) * s.channels, T{0});
            for_each_tap(s, begin, end, [&](Index place, Index pixel, Index tap) {
                add_products(s.channels, x.as<T>() + pixel, w.as<T>() + tap, y.as<T>() + place);
            });
        });
    });
}

// Windows overlap, so an image is one thread's.
void convolve_depthwise_back(const WindowGeometry& s, ConstView y, ConstView w, View x) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto add_products = multiversioned<AddProducts<T>>();
        parallel_pieces(s.batch, images_of_a_piece(s), [&](Index first, Index last) {
            const Index image = s.pixels() * s.channels;
            std::fill_n(x.as<T>() + first * image, (last - first) * image, T{0});
            for_each_tap(
                s, first * s.places(), last * s.places(), [&](Index place, Index pixel, Index tap) {
                    add_products(s.channels, y.as<T>() + place, w.as<T>() + tap, x.as<T>() + pixel);
                });
        });
    });
}

// Images are shared out among parts, each of which adds up for itself; then the parts are added.
void correlate_depthwise(const WindowGeometry& s, ConstView x, ConstView y, View w) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const auto add_products = multiversioned<AddProducts<T>>();
        const Index size = s.taps() * s.channels, rows = s.batch * s.places();
        const Index parts = std::clamp<Index>(rows * s.channels / piece_elements, 1, most_parts);
        const Index each = std::max<Index>(1, divide_up(rows, parts));
        const Buffer others =
            Buffer::allocate(static_cast<std::size_t>((parts - 1) * size) * sizeof(T));
        const auto sum_of = [&](Index part) {
            return part == 0 ? w.as<T>() : static_cast<T*>(others.data()) + (part - 1) * size;
        };
        parallel_for(parts, [&](Index part) {
            T* const sum = sum_of(part);
            std::fill_n(sum, size, T{0});
            for_each_tap(s, std::min(rows, part * each), std::min(rows, (part + 1) * each),
                         [&](Index place, Index pixel, Index tap) {
                             add_products(s.channels, x.as<T>() + pixel, y.as<T>() + place,
                                          sum + tap);
                         });
        });
        for (Index part = 1; part < parts; ++part) {
            const T* const more = sum_of(part);
            for (Index i = 0; i < size; ++i) w.as<T>()[i] += more[i];
        }
    });
}

}  // namespace shikumi::kernels::detail
