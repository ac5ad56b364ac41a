// Pictures as PNG files.
#pragma once

#include <string>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::plot {

/// Puts grey pictures (n, rows, columns) beside each other, `across` in a row, with a black line
/// around each. Throws ShapeError for another rank or where the last row isn't full.
Tensor tiled(const Tensor& pictures, Index across);

/// The bytes of a PNG file (ISO/IEC 15948) of a grey picture (rows, columns) or (rows, columns, 1),
/// or one in colour (rows, columns, 3), from 0, dark, to 1. Values outside, and NaN, become the
/// nearest that there is. Each pixel becomes a square of side `size`. Throws ShapeError for
/// anything else, ValueError where there is no pixel or more than 2³¹ − 1 on a side.
std::string png(const Tensor& picture, Index size = 1);
/// Writes such a file, which replaces an older one when it is complete, and makes its folder.
/// Throws as `png` does, and IoError.
void write_png(const std::string& file, const Tensor& picture, Index size = 1);

}  // namespace shikumi::plot
