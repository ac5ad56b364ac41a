// Pooling over a window that slides over (batch, axes…, channels). Padding is ignored.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>
#include <shikumi/autograd/kernels/window.hpp>

namespace shikumi::kernels {

/// out = the largest element of each position and channel. NaN wins.
void max_pool(const Window& window, ConstView x, View out);
/// The derivative of `max_pool` in the direction t: out = the element of t where x has the first
/// largest element of each position and channel.
void max_pool_tangent(const Window& window, ConstView x, ConstView t, View out);
/// The adjoint of `max_pool`: out = the sums of g, each element added where x has the first largest
/// element of its position and channel.
void max_pool_gradient(const Window& window, ConstView x, ConstView g, View out);

/// out = the mean of each position and channel.
void average_pool(const Window& window, ConstView x, View out);
/// The adjoint of `average_pool`.
void average_pool_gradient(const Window& window, ConstView y, View x);

}  // namespace shikumi::kernels
