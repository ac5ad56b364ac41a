#include <shikumi/autograd/kernels/unfold.hpp>

#include <algorithm>

#include <shikumi/autograd/kernels/detail/pieces.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

using detail::items_per_piece;

void unfold(const Window& window, ConstView x, View out) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const WindowGeometry geometry(window, x.spec.shape);
        const Index c = geometry.channels, taps = geometry.taps();
        parallel_pieces(geometry.batch * geometry.output_pixels(), items_per_piece(taps * c),
                        [&](Index begin, Index end) {
                            const auto to = [&](Index position, Index tap) {
                                return out.as<T>() + (position * taps + tap) * c;
                            };
                            for_each_run(
                                geometry, begin, end,
                                [&](Index position, Index tap, Index pixel, Index count) {
                                    std::copy_n(x.as<T>() + pixel * c, count * c,
                                                to(position, tap));
                                },
                                [&](Index position, Index tap, Index count) {
                                    std::fill_n(to(position, tap), count * c, T{0});
                                });
                        });
    });
}

// Windows overlap, so one thread computes a whole image.
void fold(const Window& window, ConstView rows, View x) {
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const WindowGeometry geometry(window, x.spec.shape);
        const Index c = geometry.channels, image = geometry.input_pixels() * c;
        parallel_pieces(geometry.batch, items_per_piece(image), [&](Index first, Index last) {
            std::fill_n(x.as<T>() + first * image, (last - first) * image, T{0});
            for_each_run(
                geometry, first * geometry.output_pixels(), last * geometry.output_pixels(),
                [&](Index position, Index tap, Index pixel, Index count) {
                    const T* const from = rows.as<T>() + (position * geometry.taps() + tap) * c;
                    T* const to = x.as<T>() + pixel * c;
                    for (Index i = 0; i < count * c; ++i) to[i] += from[i];
                });
        });
    });
}

}  // namespace shikumi::kernels
