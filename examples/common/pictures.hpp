// Images as PNG files.
#pragma once

#include <string>

#include <shikumi/autograd/graph/tensor.hpp>

namespace examples {

// Images (n, rows, columns) beside each other, `across` in a row, with a black line around each.
// Throws shikumi::ShapeError for another rank, and where the last row would not be full.
shikumi::Tensor tiled(const shikumi::Tensor& images, shikumi::Index across);

// An image (rows, columns), 0 black and 1 white, as the bytes of a PNG file in which each pixel is
// a square of `size`. Throws shikumi::ShapeError for another rank.
std::string png(const shikumi::Tensor& image, shikumi::Index size = 1);

}  // namespace examples
