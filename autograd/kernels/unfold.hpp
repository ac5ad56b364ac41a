// What a sliding window sees, written out as rows.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>
#include <shikumi/autograd/kernels/window.hpp>

namespace shikumi::kernels {

/// out (batch, places…, taps · channels) = what the window sees at each place.
void unfold(const Window& window, ConstView x, View out);
/// The adjoint of that: what was seen is added up where it lay.
void fold(const Window& window, ConstView rows, View x);

}  // namespace shikumi::kernels
