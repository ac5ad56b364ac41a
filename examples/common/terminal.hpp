// Pictures and tables for the terminal.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace examples {

bool on_terminal();  // standard output is one

// True where standard output is a terminal that may be sent colours ($NO_COLOR is not set).
bool colours_wanted();

// An image (rows, columns), 0 black and `largest` white. Plain: two shade characters a pixel;
// coloured: two pixels in one half block. Throws shikumi::ShapeError for another rank.
std::string drawing(const shikumi::Tensor& image, double largest, bool coloured = false);

// Several images side by side, each with its caption below, in as many rows as 96 columns make
// necessary.
struct Captioned {
    shikumi::Tensor image;
    std::string caption;
};
std::string side_by_side(const std::vector<Captioned>& pictures, double largest,
                         bool coloured = false);

// The values of an image (rows, columns) as aligned whole numbers.
std::string pixel_table(const shikumi::Tensor& image);

// How often each class (row) was taken for each class (column): counts (classes, classes) with the
// names of the classes. Throws shikumi::ShapeError where they don't fit.
std::string confusion_table(const shikumi::Tensor& counts, const std::vector<std::string>& names);

}  // namespace examples
