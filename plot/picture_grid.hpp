// PictureGrid: pictures beside each other, each with a caption.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/plot/svg.hpp>

namespace shikumi::plot {

/// A picture and what it shows.
struct Captioned {
    Tensor picture;            ///< as `png` takes it
    std::string caption = {};  ///< below it
};

/// Pictures beside each other, each with a caption.
struct PictureGrid {
    std::string title;                ///< above them
    std::vector<Captioned> pictures;  ///< row after row
    double side = 96;                 ///< of the square that each is fitted into, in pixels
    double width = 720;               ///< of all in a row
};

/// The pictures as one. Throws ValueError where there is none, and as `png` does.
Svg draw(const PictureGrid& grid);

}  // namespace shikumi::plot
