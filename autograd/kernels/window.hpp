// A window that slides over an array (batch, axes…, channels): what convolution and pooling share.
#pragma once

#include <algorithm>
#include <array>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::kernels {

/// A window over up to three axes; arrays of fewer get leading axes of size 1.
struct Window {
    using Sizes = std::array<Index, 3>;

    Sizes size{1, 1, 1};
    Sizes stride{1, 1, 1};
    Sizes dilation{1, 1, 1};
    Sizes before{}, after{};  ///< what is added to each axis

    bool operator==(const Window&) const = default;
    /// What the window covers of an axis.
    Index extent(unsigned axis) const noexcept { return (size[axis] - 1) * dilation[axis] + 1; }
    /// How many places it takes along an axis of `n` elements; 0 where it doesn't fit.
    Index places(unsigned axis, Index n) const noexcept {
        const Index room = n + before[axis] + after[axis] - extent(axis);
        return room < 0 ? 0 : room / stride[axis] + 1;
    }
    Index taps() const noexcept { return size[0] * size[1] * size[2]; }
};

/// The window's places over an array of a shape.
struct WindowGeometry {
    WindowGeometry(const Window& w, const Shape& x)
        : window(w), batch(x.front()), channels(x.back()) {
        const int rank = x.rank() - 2;
        for (int i = 0; i < rank; ++i) in[static_cast<unsigned>(i + 3 - rank)] = x[i + 1];
        for (unsigned i = 0; i < 3; ++i) out[i] = w.places(i, in[i]);
    }
    Index taps() const noexcept { return window.taps(); }
    /// Of one image, which is what an entry of the batch is called here.
    Index pixels() const noexcept { return in[0] * in[1] * in[2]; }
    Index places() const noexcept { return out[0] * out[1] * out[2]; }

    Window window;
    Index batch, channels;
    Window::Sizes in{1, 1, 1}, out{};
};

/// For each place in [begin, end), counted through the whole batch, and each run of taps that lie
/// side by side: inside(place, tap, pixel, count), or outside(place, tap, count) in the padding.
/// Taps are counted within the window, pixels through the batch.
template <class Inside, class Outside>
void for_each_run(const WindowGeometry& s, Index begin, Index end, Inside inside, Outside outside) {
    const Window& w = s.window;
    const auto [depth, height, width] = s.in;
    const Index row = w.size[2], step = w.dilation[2];
    const Index in_row = step == 1 ? row : 1;  // taps that can lie side by side
    for (Index place = begin; place < end; ++place) {
        Index rest = place;
        const Index x = rest % s.out[2] * w.stride[2] - w.before[2];
        rest /= s.out[2];
        const Index y = rest % s.out[1] * w.stride[1] - w.before[1];
        rest /= s.out[1];
        const Index z = rest % s.out[0] * w.stride[0] - w.before[0];
        const Index image = rest / s.out[0] * depth;
        Index tap = 0;
        for (Index i = 0; i < w.size[0]; ++i) {
            const Index at_z = z + i * w.dilation[0];
            for (Index j = 0; j < w.size[1]; ++j, tap += row) {
                const Index at_y = y + j * w.dilation[1];
                if (at_z < 0 || at_z >= depth || at_y < 0 || at_y >= height) {
                    outside(place, tap, row);
                    continue;
                }
                const Index line = ((image + at_z) * height + at_y) * width;
                for (Index k = 0; k < row; k += in_row) {
                    const Index at_x = x + k * step;
                    const Index low = std::clamp(-at_x, Index{0}, in_row);
                    const Index high = std::clamp(width - at_x, low, in_row);
                    if (low > 0) outside(place, tap + k, low);
                    if (high > low) inside(place, tap + k + low, line + at_x + low, high - low);
                    if (high < in_row) outside(place, tap + k + high, in_row - high);
                }
            }
        }
    }
}

/// The same, the padding being skipped.
template <class Inside>
void for_each_run(const WindowGeometry& s, Index begin, Index end, Inside inside) {
    for_each_run(s, begin, end, inside, [](Index, Index, Index) {});
}

}  // namespace shikumi::kernels
