// Histogram: how often values occur.
#pragma once

#include <string>
#include <vector>

#include <shikumi/plot/size.hpp>
#include <shikumi/plot/svg.hpp>

namespace shikumi::plot {

/// How many of some values lie in intervals of equal length.
struct Histogram {
    std::string title;           ///< above it
    std::string x_label;         ///< below it
    std::string y_label;         ///< beside it
    std::vector<double> values;  ///< those that aren't finite don't count
    int bins = 30;               ///< how many intervals
    Size size = {};              ///< of the picture
};

/// The histogram as a picture. Throws ValueError where there is no finite value or no interval.
Svg draw(const Histogram& histogram);

}  // namespace shikumi::plot
