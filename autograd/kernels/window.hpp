// A window that slides over an array (batch, axes…, channels), for convolution and pooling.
#pragma once

#include <algorithm>
#include <array>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::kernels {

/// A window over up to three axes; arrays of fewer get leading axes of size 1.
struct Window {
    using Sizes = std::array<Index, 3>;

    Sizes size{1, 1, 1};      ///< taps along each axis
    Sizes stride{1, 1, 1};    ///< elements from one position of the window to the next
    Sizes dilation{1, 1, 1};  ///< elements from one tap to the next
    Sizes before{}, after{};  ///< padding at both ends of each axis

    bool operator==(const Window&) const = default;
    /// How many elements of an axis the window covers.
    Index extent(unsigned axis) const noexcept { return (size[axis] - 1) * dilation[axis] + 1; }
    /// How many positions it takes along an axis of `n` elements; 0 where it doesn't fit.
    Index output_size(unsigned axis, Index n) const noexcept {
        const Index left = n + before[axis] + after[axis] - extent(axis);
        return left < 0 ? 0 : left / stride[axis] + 1;
    }
    /// The number of its elements.
    Index taps() const noexcept { return size[0] * size[1] * size[2]; }
};

/// A window together with the array (batch, axes…, channels) over which it slides. An entry of the
/// batch is called an image, and an element of its axes a pixel.
struct WindowGeometry {
    WindowGeometry(const Window& w, const Shape& x)
        : window(w), batch(x.front()), channels(x.back()) {
        const int rank = x.rank() - 2;
        for (int i = 0; i < rank; ++i) input[static_cast<unsigned>(i + 3 - rank)] = x[i + 1];
        for (unsigned i = 0; i < 3; ++i) output[i] = w.output_size(i, input[i]);
    }
    Index taps() const noexcept { return window.taps(); }
    /// Pixels of one image of the input.
    Index input_pixels() const noexcept { return input[0] * input[1] * input[2]; }
    /// Pixels of one image of the output: positions of the window.
    Index output_pixels() const noexcept { return output[0] * output[1] * output[2]; }

    Window window;
    Index batch, channels;
    Window::Sizes input{1, 1, 1}, output{};
};

/// Calls inside(position, tap, pixel, count) for each run of taps that lie side by side in the
/// input, and outside(position, tap, count) for each in the padding, at each position of the window
/// in [begin, end). Positions and pixels are counted through the batch, taps within the window.
template <class Inside, class Outside>
void for_each_run(const WindowGeometry& geometry, Index begin, Index end, Inside inside,
                  Outside outside) {
    const Window& w = geometry.window;
    const auto [depth, height, width] = geometry.input;
    const Index row = w.size[2], step = w.dilation[2];
    const Index in_row = step == 1 ? row : 1;  // taps that can lie side by side
    for (Index position = begin; position < end; ++position) {
        Index rest = position;
        const Index x = rest % geometry.output[2] * w.stride[2] - w.before[2];
        rest /= geometry.output[2];
        const Index y = rest % geometry.output[1] * w.stride[1] - w.before[1];
        rest /= geometry.output[1];
        const Index z = rest % geometry.output[0] * w.stride[0] - w.before[0];
        const Index image = rest / geometry.output[0] * depth;
        Index tap = 0;
        for (Index i = 0; i < w.size[0]; ++i) {
            const Index at_z = z + i * w.dilation[0];
            for (Index j = 0; j < w.size[1]; ++j, tap += row) {
                const Index at_y = y + j * w.dilation[1];
                if (at_z < 0 || at_z >= depth || at_y < 0 || at_y >= height) {
                    outside(position, tap, row);
                    continue;
                }
                const Index line = ((image + at_z) * height + at_y) * width;
                for (Index k = 0; k < row; k += in_row) {
                    const Index at_x = x + k * step;
                    const Index low = std::clamp(-at_x, Index{0}, in_row);
                    const Index high = std::clamp(width - at_x, low, in_row);
                    if (low > 0) outside(position, tap + k, low);
                    if (high > low) inside(position, tap + k + low, line + at_x + low, high - low);
                    if (high < in_row) outside(position, tap + k + high, in_row - high);
                }
            }
        }
    }
}

/// Calls inside(position, tap, pixel, count) for each run of taps outside the padding.
template <class Inside>
void for_each_run(const WindowGeometry& geometry, Index begin, Index end, Inside inside) {
    for_each_run(geometry, begin, end, inside, [](Index, Index, Index) {});
}

}  // namespace shikumi::kernels
