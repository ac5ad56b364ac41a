// The elements under a sliding window as rows, also known as im2col, and the adjoint, col2im.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>
#include <shikumi/autograd/kernels/window.hpp>

namespace shikumi::kernels {

/// out (batch, output axes…, taps · channels) = the elements under the window at each position,
/// zeros in the padding.
void unfold(const Window& window, ConstView x, View out);
/// The adjoint of `unfold`: each element of x is the sum of its copies in the rows.
void fold(const Window& window, ConstView rows, View x);

}  // namespace shikumi::kernels
