#include <shikumi/plot/bar_chart.hpp>

#include <algorithm>
#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/plot/detail/frame.hpp>
#include <shikumi/plot/detail/text.hpp>

namespace shikumi::plot {

namespace {

// The names below the bars; where they have no room beside each other, every second or third one.
void draw_names(detail::Frame& frame, const std::vector<std::string>& names) {
    const Box& room = frame.room();
    const double step = room.width / static_cast<double>(names.size());
    double widest = 0;
    for (const std::string& name : names)
        widest = std::max(widest, std::min(detail::text_width(name, 13), 120.0));
    const auto every = static_cast<std::size_t>(std::ceil((widest + 8) / step));
    for (std::size_t i = 0; i < names.size(); i += every)
        frame.svg().text({room.x + (static_cast<double>(i) + 0.5) * step, room.bottom() + 19},
                         names[i], {.anchor = "middle", .look = "faint", .width = 120});
}

}  // namespace

Svg draw(const BarChart& chart) {
    detail::Labels labels{chart.title, chart.x_label, chart.y_label, {}};
    detail::Interval values;
    for (const Series& series : chart.series) {
        if (series.values.size() != chart.names.size())
            fail<ValueError>("chart", "'", series.name, "' has ", series.values.size(),
                             " values for ", chart.names.size(), " names");
        labels.series.push_back(series.name);
        for (const double value : series.values) {
            if (std::isfinite(value)) values.include(value);
        }
    }
    detail::want_values(chart.title, !values.empty());
    const detail::Interval padded = values.widened(0.05);
    values.include(0);
    if (values.high > 0) values.high = std::max(padded.high, values.high);
    if (values.low < 0) values.low = std::min(padded.low, values.low);

    detail::Frame frame(chart.size, labels, detail::Key::block);
    const detail::Axis y = frame.y_axis(values);
    draw_names(frame, chart.names);
    const double step = frame.room().width / static_cast<double>(chart.names.size());
    const double bar = step * 0.8 / static_cast<double>(chart.series.size());
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        for (std::size_t i = 0; i < chart.names.size(); ++i) {
            const double value = chart.series[s].values[i];
            if (!std::isfinite(value)) continue;
            const double x = frame.room().x + step * (static_cast<double>(i) + 0.1) +
                             bar * static_cast<double>(s);
            const double top = y.place(std::max(value, 0.0));
            frame.svg().rectangle({x, top, bar, y.place(std::min(value, 0.0)) - top},
                                  series_look("fill", s), 1, 0,
                                  chart.names[i] + ": " + detail::short_number(value));
        }
    }
    return frame.finish();
}

}  // namespace shikumi::plot
