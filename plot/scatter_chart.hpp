// ScatterChart: points in a plane.
#pragma once

#include <string>
#include <vector>

#include <shikumi/plot/size.hpp>
#include <shikumi/plot/svg.hpp>

namespace shikumi::plot {

/// Points that belong together.
struct PointGroup {
    std::string name;       ///< for the legend
    std::vector<double> x;  ///< of each point
    std::vector<double> y;  ///< of each point
};

/// Points in a plane, with a marker for each group.
struct ScatterChart {
    std::string title;               ///< above it
    std::string x_label;             ///< below it
    std::string y_label;             ///< beside it
    std::vector<PointGroup> groups;  ///< of a colour and a marker each
    Size size = {.height = 460};     ///< of the picture
};

/// The chart as a picture, without points that aren't finite. Throws ValueError where no point can
/// be drawn, and where a group has another number of x than of y.
Svg draw(const ScatterChart& chart);

}  // namespace shikumi::plot
