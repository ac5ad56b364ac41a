// Convolution (in the sense of neural networks: the kernel isn't flipped), and its two adjoints.
// x is (batch, axes…, in), w is (window…, in / groups, out), y is (batch, places…, out).
#pragma once

#include <shikumi/autograd/kernels/view.hpp>
#include <shikumi/autograd/kernels/window.hpp>

namespace shikumi::kernels {

/// y = x * w. The rows that a window sees are unfolded into a matrix, a cache's worth at a time.
void convolve(const Window& window, Index groups, ConstView x, ConstView w, View y);
/// What each pixel of x added to y: the adjoint by x.
void convolve_back(const Window& window, Index groups, ConstView y, ConstView w, View x);
/// The adjoint by w.
void correlate(const Window& window, Index groups, ConstView x, ConstView y, View w);

/// out (batch, places…, taps · channels) = what the window sees at each place.
void unfold(const Window& window, ConstView x, View out);
/// The adjoint of that: what was seen is added up where it lay.
void fold(const Window& window, ConstView rows, View x);

}  // namespace shikumi::kernels
