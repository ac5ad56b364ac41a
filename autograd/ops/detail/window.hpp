// Windows from the sizes, strides, dilations and padding that a caller gives.
#pragma once

#include <optional>
#include <string_view>

#include <shikumi/autograd/kernels/window.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::detail {

/// One number for each of `axes` axes. Throws ShapeError for a list of another length, ValueError
/// for a number below 1 or from 2^31 on.
std::vector<Index> per_axis(std::string_view op, std::string_view what, const PerAxis& numbers,
                            int axes);

/// The window over the middle axes of x (batch, axes…, channels). Throws ShapeError unless x has
/// one to three of them, where lists have another length, or where the window doesn't fit;
/// ValueError for a size, stride or dilation below 1, or for negative padding.
kernels::Window window_over(std::string_view op, const Shape& x, const PerAxis& size,
                            const PerAxis& strides, const PerAxis& dilation, const Pads& pads);

/// (batch, output sizes…, channels) for a window over x.
Shape output_shape(const kernels::Window& window, const Shape& x, Index channels);

}  // namespace shikumi::detail
