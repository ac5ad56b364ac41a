// LineChart: series of values as lines.
#pragma once

#include <string>
#include <vector>

#include <shikumi/plot/scale.hpp>
#include <shikumi/plot/size.hpp>
#include <shikumi/plot/svg.hpp>

namespace shikumi::plot {

/// Values under a name.
struct Series {
    std::string name;            ///< for the legend
    std::vector<double> values;  ///< in order; those that aren't finite leave a gap
    std::vector<double> x = {};  ///< where each value stands; empty: at 1, 2, …
};

/// Series of values as lines, every second one dashed.
struct LineChart {
    std::string title;              ///< above it
    std::string x_label;            ///< below it
    std::string y_label;            ///< beside it
    std::vector<Series> series;     ///< a line each
    Scale y_scale = Scale::linear;  ///< of the values
    Size size = {};                 ///< of the picture
};

/// The chart as a picture. Throws ValueError where no value can be drawn, and where a series has
/// another number of x than of values.
Svg draw(const LineChart& chart);

}  // namespace shikumi::plot
