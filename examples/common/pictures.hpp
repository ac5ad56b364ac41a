// Images as PNG files.
#pragma once

#include <string>

#include <shikumi/autograd/graph/tensor.hpp>

namespace examples {

// Puts images (n, rows, columns) beside each other, `across` in a row, with a black line around
// each. Throws shikumi::ShapeError for another rank or if the last row is not full.
shikumi::Tensor tiled(const shikumi::Tensor& images, shikumi::Index across);

// The bytes of a PNG file of an image (rows, columns), 0 black and 1 white. Each pixel becomes a
// square of side `size`. Throws shikumi::ShapeError for another rank.
std::string png(const shikumi::Tensor& image, shikumi::Index size = 1);

}  // namespace examples
