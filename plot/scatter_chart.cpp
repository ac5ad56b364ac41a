#include <shikumi/plot/scatter_chart.hpp>

#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/plot/detail/frame.hpp>

namespace shikumi::plot {

Svg draw(const ScatterChart& chart) {
    detail::Labels labels{chart.title, chart.x_label, chart.y_label, {}};
    detail::Interval xs, ys;
    const auto each_point = [](const PointGroup& group, auto&& visit) {
        for (std::size_t i = 0; i < group.x.size(); ++i) {
            if (std::isfinite(group.x[i]) && std::isfinite(group.y[i]))
                visit(group.x[i], group.y[i]);
        }
    };
    for (const PointGroup& group : chart.groups) {
        if (group.x.size() != group.y.size())
            fail<ValueError>("chart", "'", group.name, "' has ", group.x.size(), " x for ",
                             group.y.size(), " y");
        labels.series.push_back(group.name);
        each_point(group, [&](double x, double y) {
            xs.include(x);
            ys.include(y);
        });
    }
    detail::want_values(chart.title, !xs.empty());
    detail::Frame frame(chart.size, labels, detail::Key::marker);
    const detail::Axis y = frame.y_axis(ys.widened(0.05));
    const detail::Axis x = frame.x_axis(xs.widened(0.05));
    for (std::size_t g = 0; g < chart.groups.size(); ++g)
        each_point(chart.groups[g], [&](double px, double py) {
            detail::draw_marker(frame.svg(), {x.place(px), y.place(py)}, g);
        });
    return frame.finish();
}

}  // namespace shikumi::plot
