// Charts as SVG.
#pragma once

#include <string>
#include <vector>

namespace examples {

struct Series {
    std::string name;
    std::vector<double> values;  // one for each epoch, from epoch 1 on
};

struct LineChart {
    std::string title, x_label, y_label;
    std::vector<Series> series;
};

struct PointGroup {
    std::string name;
    std::vector<double> x, y;
};

struct ScatterChart {
    std::string title, x_label, y_label;
    std::vector<PointGroup> groups;
};

// Values that aren't finite leave a gap. Throws shikumi::ValueError if there is no finite point or
// a group has different numbers of x and y.
std::string svg(const LineChart& chart);
std::string svg(const ScatterChart& chart);

}  // namespace examples
