#include <shikumi/autograd/kernels/unfold.hpp>

#include <algorithm>

#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

constexpr Index piece_elements = Index{1} << 16;

Index piece_of(Index elements) {
    return std::max<Index>(1, piece_elements / std::max<Index>(1, elements));
}

}  // namespace

void unfold(const Window& window, ConstView x, View out) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const WindowGeometry s(window, x.spec.shape);
        const Index c = s.channels, taps = s.taps();
        parallel_pieces(s.batch * s.places(), piece_of(taps * c), [&](Index begin, Index end) {
            const auto to = [&](Index place, Index tap) {
                return out.as<T>() + (place * taps + tap) * c;
            };
            for_each_run(
                s, begin, end,
                [&](Index place, Index tap, Index pixel, Index count) {
                    std::copy_n(x.as<T>() + pixel * c, count * c, to(place, tap));
                },
                [&](Index place, Index tap, Index count) {
                    std::fill_n(to(place, tap), count * c, T{0});
                });
        });
    });
}

// Windows overlap, so an image is one thread's.
void fold(const Window& window, ConstView rows, View x) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const WindowGeometry s(window, x.spec.shape);
        const Index c = s.channels, image = s.pixels() * c;
        parallel_pieces(s.batch, piece_of(image), [&](Index first, Index last) {
            std::fill_n(x.as<T>() + first * image, (last - first) * image, T{0});
            for_each_run(s, first * s.places(), last * s.places(),
                         [&](Index place, Index tap, Index pixel, Index count) {
                             const T* const from = rows.as<T>() + (place * s.taps() + tap) * c;
                             T* const to = x.as<T>() + pixel * c;
                             for (Index i = 0; i < count * c; ++i) to[i] += from[i];
                         });
        });
    });
}

}  // namespace shikumi::kernels
