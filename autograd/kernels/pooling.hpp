// Pooling over a window that slides over (batch, axes…, channels). Padding is never looked at.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>
#include <shikumi/autograd/kernels/window.hpp>

namespace shikumi::kernels {

/// The largest element of each place and channel. NaN wins.
void largest(const Window& window, ConstView x, View out);
/// out = t where x has each place's and channel's first largest one.
void pick_largest(const Window& window, ConstView x, ConstView t, View out);
/// The adjoint of that by t: each element of g is added where x has its place's largest.
void put_largest(const Window& window, ConstView x, ConstView g, View out);

/// The mean of what each window sees.
void average(const Window& window, ConstView x, View out);
/// The adjoint of that.
void spread(const Window& window, ConstView y, View x);

}  // namespace shikumi::kernels
