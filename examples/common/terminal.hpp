// Pictures and tables for the terminal.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace examples {

bool on_terminal();  // standard output is a terminal

// True if standard output is a terminal and $NO_COLOR is not set.
bool colours_wanted();

// Draws an image (rows, columns), 0 black and `largest` white. Without colours a pixel is two shade
// characters, with colours half a block character. Throws shikumi::ShapeError for another rank.
std::string drawing(const shikumi::Tensor& image, double largest, bool coloured = false);

// Draws images side by side, each with a caption below, in rows of at most 96 columns.
struct Captioned {
    shikumi::Tensor image;
    std::string caption;
};
std::string side_by_side(const std::vector<Captioned>& pictures, double largest,
                         bool coloured = false);

// The values of an image (rows, columns) as aligned whole numbers.
std::string pixel_table(const shikumi::Tensor& image);

// A table of counts (classes, classes): true classes in rows, predicted classes in columns. Throws
// shikumi::ShapeError if `names` does not match.
std::string confusion_table(const shikumi::Tensor& counts, const std::vector<std::string>& names);

}  // namespace examples
