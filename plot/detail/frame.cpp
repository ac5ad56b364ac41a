#include <shikumi/plot/detail/frame.hpp>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/plot/detail/text.hpp>

namespace shikumi::plot::detail {

namespace {

constexpr double margin = 16, legend_row = 22;

}  // namespace

Frame::Frame(const Size& size, const Labels& labels, Key key)
    : labels_(labels), svg_(size.width, size.height, labels.title) {
    const double bottom = size.height - (labels.x.empty() ? 34 : 56);
    room_ = {labels.y.empty() ? margin : margin + 22, margin, 0, 0};
    room_.width = size.width - room_.x - margin - 8;
    if (!labels.title.empty()) {
        svg_.text({margin, 31}, labels.title,
                  {.size = 16, .bold = true, .width = size.width - 2 * margin});
        room_.y = 44;
    }
    const bool named = std::any_of(labels.series.begin(), labels.series.end(),
                                   [](const std::string& name) { return !name.empty(); });
    if (named) draw_legend(key);
    room_.y += 8;
    room_.height = std::max(bottom - room_.y, 20.0);
}

// In rows under the title.
void Frame::draw_legend(Key key) {
    double x = margin;
    for (std::size_t i = 0; i < labels_.series.size(); ++i) {
        const double wide = 34 + text_width(labels_.series[i], 13) + 14;
        if (x > margin && x + wide > svg_.width() - margin) {
            x = margin;
            room_.y += legend_row;
        }
        const double middle = room_.y + 9;
        if (key == Key::line)
            svg_.line({x, middle}, {x + 26, middle}, series_look(i % 2 == 1 ? "dash" : "line", i));
        else if (key == Key::marker)
            draw_marker(svg_, {x + 18, middle}, i);
        else
            svg_.rectangle({x + 12, middle - 6, 12, 12}, series_look("fill", i));
        svg_.text({x + 32, middle + 4.5}, labels_.series[i],
                  {.width = svg_.width() - x - 32 - margin});
        x += wide;
    }
    room_.y += legend_row;
}

Axis Frame::y_axis(const Interval& values, const AxisOptions& options) {
    const Axis axis(values, room_.bottom(), room_.y, options);
    double widest = 0;
    for (const double tick : axis.ticks())
        widest = std::max(widest, text_width(axis.label(tick), 13));
    const double moved = widest + 10;
    room_.x += moved;
    room_.width -= moved;
    for (const double tick : axis.ticks()) {
        const double y = axis.place(tick);
        svg_.line({room_.x, y}, {room_.right(), y}, "grid");
        svg_.text({room_.x - 8, y + 4.5}, axis.label(tick), {.anchor = "end", .look = "faint"});
    }
    return axis;
}

Axis Frame::x_axis(const Interval& values, AxisOptions options) {
    options.labels_beside = true;
    Axis axis(values, room_.x, room_.right(), options);
    for (const double tick : axis.ticks()) {
        const double x = axis.place(tick);
        svg_.line({x, room_.y}, {x, room_.bottom()}, "grid");
        svg_.text({x, room_.bottom() + 19}, axis.label(tick),
                  {.anchor = "middle", .look = "faint"});
    }
    return axis;
}

Svg Frame::finish() {
    svg_.line({room_.x, room_.bottom()}, {room_.right(), room_.bottom()}, "axis");
    svg_.line({room_.x, room_.y}, {room_.x, room_.bottom()}, "axis");
    if (!labels_.x.empty())
        svg_.text({room_.x + room_.width / 2, svg_.height() - 14}, labels_.x,
                  {.anchor = "middle", .width = room_.width});
    if (!labels_.y.empty())
        svg_.text({margin + 10, room_.y + room_.height / 2}, labels_.y,
                  {.anchor = "middle", .upwards = true, .width = room_.height + 20});
    return std::move(svg_);
}

void draw_marker(Svg& svg, Point at, std::size_t series, double size) {
    const std::string look = series_look("fill", series);
    const auto polygon = [&](std::initializer_list<Point> corners) {
        std::vector<Point> placed;
        for (const Point& c : corners) placed.push_back({at.x + c.x * size, at.y + c.y * size});
        svg.polygon(placed, look);
    };
    switch (series % 4) {
        case 0:
            svg.circle(at, size, look);
            break;
        case 1:
            polygon({{0, -1.2}, {1.1, 0.9}, {-1.1, 0.9}});
            break;
        case 2:
            polygon({{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}});
            break;
        default:
            polygon({{0, -1.25}, {1.25, 0}, {0, 1.25}, {-1.25, 0}});
            break;
    }
}

void want_values(const std::string& title, bool any) {
    if (!any) fail<ValueError>("chart", "'", title, "' has no finite value to draw");
}

}  // namespace shikumi::plot::detail
