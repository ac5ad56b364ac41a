// Convolution (in the sense of neural networks: the kernel isn't flipped), and its two adjoints.
// x is (batch, axes…, in), w is (window…, in / groups, out), y is (batch, output axes…, out).
#pragma once

#include <shikumi/autograd/kernels/view.hpp>
#include <shikumi/autograd/kernels/window.hpp>

namespace shikumi::kernels {

/// y = x * w, computed directly: sums stay in registers, and only the kernel is packed.
void convolve(const Window& window, Index groups, ConstView x, ConstView w, View y);
/// The adjoint by x: each pixel of x is the sum of the products through which it reached y.
void convolve_back(const Window& window, Index groups, ConstView y, ConstView w, View x);
/// The adjoint by w.
void correlate(const Window& window, Index groups, ConstView x, ConstView y, View w);

}  // namespace shikumi::kernels
