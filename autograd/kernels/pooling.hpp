// Pooling over a window that slides over (batch, axes…, channels). Padding is never looked at.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>
#include <shikumi/autograd/kernels/window.hpp>

namespace shikumi::kernels {

/// The largest element of each place and channel. NaN wins.
void largest(const Window& window, ConstView x, View out);
/// Where (i32: pixels of the image) each place and channel has its first one.
void largest_pixels(const Window& window, ConstView x, View out);
/// out = x at those pixels.
void pick_pixels(ConstView x, ConstView pixels, View out);
/// The adjoint of that: each picked element is added where it came from.
void put_pixels(ConstView picked, ConstView pixels, View x);

/// The mean of what each window sees.
void average(const Window& window, ConstView x, View out);
/// The adjoint of that.
void spread(const Window& window, ConstView y, View x);

}  // namespace shikumi::kernels
