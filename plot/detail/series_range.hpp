// The values of a line chart that can be drawn.
#pragma once

#include <algorithm>
#include <cmath>

#include <shikumi/plot/detail/axis.hpp>
#include <shikumi/plot/line_chart.hpp>

namespace shikumi::plot::detail {

/// Where value number `i` stands.
inline double x_of(const Series& series, std::size_t i) {
    return series.x.empty() ? static_cast<double>(i + 1) : series.x[i];
}

/// The ranges that hold all values.
struct ChartRange {
    Interval x;           ///< where they stand
    Interval y;           ///< what they are, with a little room around them
    bool x_whole = true;  ///< they stand at whole numbers
};

/// The ranges of a chart. Throws ValueError as `draw` does.
ChartRange range_of(const LineChart& chart);

/// Calls `piece` with each run of neighbouring points that can be drawn.
template <class Piece>
void for_each_piece(const Series& series, const Axis& x, const Axis& y, Piece&& piece) {
    std::vector<Point> points;
    const auto end = [&] {
        if (!points.empty()) piece(points);
        points.clear();
    };
    for (std::size_t i = 0; i < series.values.size(); ++i) {
        if (x.shows(x_of(series, i)) && y.shows(series.values[i]))
            points.push_back({x.place(x_of(series, i)), y.place(series.values[i])});
        else
            end();
    }
    end();
}

}  // namespace shikumi::plot::detail
