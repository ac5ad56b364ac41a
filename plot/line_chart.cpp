#include <shikumi/plot/line_chart.hpp>

#include <shikumi/plot/detail/frame.hpp>
#include <shikumi/plot/detail/series_range.hpp>

namespace shikumi::plot {

Svg draw(const LineChart& chart) {
    const detail::ChartRange range = detail::range_of(chart);
    detail::Labels labels{chart.title, chart.x_label, chart.y_label, {}};
    for (const Series& series : chart.series) labels.series.push_back(series.name);
    detail::Frame frame(chart.size, labels, detail::Key::line);
    const detail::Axis y = frame.y_axis(range.y, {.scale = chart.y_scale});
    const detail::Axis x = frame.x_axis(range.x, {.whole = range.x_whole});
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        const std::string look = series_look(s % 2 == 1 ? "dash" : "line", s);
        detail::for_each_piece(chart.series[s], x, y, [&](const std::vector<Point>& points) {
            if (points.size() == 1)
                detail::draw_marker(frame.svg(), points.front(), s);
            else
                frame.svg().polyline(points, look);
        });
    }
    return frame.finish();
}

}  // namespace shikumi::plot
