// Frame: what surrounds the data of a chart.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <shikumi/plot/detail/axis.hpp>
#include <shikumi/plot/size.hpp>
#include <shikumi/plot/svg.hpp>

namespace shikumi::plot::detail {

/// How a legend shows what belongs to a series.
enum class Key {
    line,    ///< a piece of its line
    marker,  ///< its marker
    block,   ///< a square of its colour
};

/// The texts around a chart.
struct Labels {
    std::string title;                ///< above it
    std::string x;                    ///< below it
    std::string y;                    ///< beside it
    std::vector<std::string> series;  ///< in the legend, which a single series without name lacks
};

/// A picture with title and legend, and the room that they leave.
class Frame {
public:
    Frame(const Size& size, const Labels& labels, Key key);

    /// Draws the values of the y axis and returns it; what is drawn then begins right of them.
    Axis y_axis(const Interval& values, const AxisOptions& options = {});
    /// Draws the values of the x axis and returns it.
    Axis x_axis(const Interval& values, AxisOptions options = {});
    /// The room of the data.
    const Box& room() const noexcept { return room_; }
    /// The picture, to be drawn into.
    Svg& svg() noexcept { return svg_; }
    /// Draws the axes' lines and labels, and gives the picture.
    Svg finish();

private:
    void draw_legend(Key key);

    Labels labels_;
    Svg svg_;
    Box room_;
};

/// A marker whose shape and colour both show the series, so that either is enough.
void draw_marker(Svg& svg, Point at, std::size_t series, double size = 4.6);
/// Throws ValueError where a chart has no finite value.
void want_values(const std::string& title, bool any);

}  // namespace shikumi::plot::detail
