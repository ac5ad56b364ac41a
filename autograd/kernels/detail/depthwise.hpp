// Convolution where every channel is a group of its own: products along the channels.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>
#include <shikumi/autograd/kernels/window.hpp>

namespace shikumi::kernels::detail {

inline bool is_depthwise(const WindowGeometry& geometry, Index groups, Index outputs) noexcept {
    return groups > 1 && groups == geometry.channels && groups == outputs;
}

// `convolve`, `convolve_back` and `correlate` of convolution.hpp, for such convolutions.
void convolve_depthwise(const WindowGeometry& geometry, ConstView x, ConstView w, View y);
void convolve_depthwise_back(const WindowGeometry& geometry, ConstView y, ConstView w, View x);
void correlate_depthwise(const WindowGeometry& geometry, ConstView x, ConstView y, View w);

}  // namespace shikumi::kernels::detail
