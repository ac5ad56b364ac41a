// Checks that layers with windows share, and their windows as text.
#pragma once

#include <string>
#include <string_view>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

/// Throws ValueError for numbers below 1, strides together with dilation, and causal padding over
/// more than one axis; ShapeError for lists that are not for `axes` axes.
void check_window(std::string_view layer, int axes, const PerAxis& size, const PerAxis& strides,
                  const PerAxis& dilation, Padding padding);
/// Throws ShapeError unless it is (batch, `axes` axes, channels).
void check_images(std::string_view layer, int axes, const Shape& input);

/// The shape (size…, in, out) of a kernel over `axes` axes.
Shape kernel_shape(int axes, const PerAxis& size, Index in, Index out);

/// "3×3" for two axes.
std::string times(const PerAxis& numbers, int axes);
/// ", strides 2×2, dilation 3×3, same": what differs from the defaults.
std::string manner(int axes, const PerAxis& strides, const PerAxis& dilation, Padding padding);

}  // namespace shikumi::nn::detail
