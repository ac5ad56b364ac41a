// BarChart: values by name as bars.
#pragma once

#include <string>
#include <vector>

#include <shikumi/plot/line_chart.hpp>
#include <shikumi/plot/size.hpp>
#include <shikumi/plot/svg.hpp>

namespace shikumi::plot {

/// Values by name as bars, those of several series beside each other.
struct BarChart {
    std::string title;               ///< above it
    std::string x_label;             ///< below it
    std::string y_label;             ///< beside it
    std::vector<std::string> names;  ///< below the bars
    std::vector<Series> series;      ///< a value for each name; those that aren't finite have none
    Size size = {};                  ///< of the picture
};

/// The chart as a picture; bars begin at 0. Throws ValueError where no value can be drawn, and
/// where a series hasn't a value for each name.
Svg draw(const BarChart& chart);

}  // namespace shikumi::plot
