#include "charts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <shikumi/autograd/core/error.hpp>

namespace examples {
namespace {

// Okabe and Ito's palette, "Color Universal Design", without yellow, which is too pale on white.
constexpr std::array colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                             "#E69F00", "#56B4E9", "#333333"};
constexpr const char* ink = "#222222";
constexpr const char* faint_ink = "#666666";
constexpr const char* grid = "#E6E6E6";

constexpr double width = 760;
constexpr double height = 460;
constexpr double top = 64;
constexpr double bottom = height - 64;
constexpr double left = 92;
constexpr double letter = 7.3;  // a little over the average letter width at 13 px

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (static_cast<unsigned char>(c) >= 0x20)
            out += c;
    }
    return out;
}

std::string fixed(double value, int decimals) {
    char text[400];  // the largest double has 309 digits
    return {text,
            std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals).ptr};
}

// A coordinate in the picture.
std::string px(double value) { return fixed(value, 1); }

struct Interval {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void include(double v) {
        low = std::min(low, v);
        high = std::max(high, v);
    }
    void widen(double share) {
        const double extra =
            high > low ? (high - low) * share : (high == 0 ? 0.5 : std::abs(high) * 0.5);
        low -= extra;
        high += extra;
    }
};

// Maps values to coordinates, with ticks at round numbers.
struct Axis {
    Interval values;
    double from, to;  // coordinates of low and high
    double step = 0;
    int decimals = 0;

    Axis(Interval v, double from, double to, int most_ticks, bool whole_numbers = false)
        : values(v), from(from), to(to) {
        const double rough = (v.high - v.low) / most_ticks;
        const double power = std::pow(10.0, std::floor(std::log10(rough)));
        step = 10 * power;
        for (const double factor : {5.0, 2.0, 1.0}) {
            if (factor * power >= rough) step = factor * power;
        }
        if (whole_numbers) step = std::max(step, 1.0);
        decimals = static_cast<int>(std::clamp(-std::floor(std::log10(step) + 1e-9), 0.0, 12.0));
    }

    double place(double v) const {
        return from + (v - values.low) / (values.high - values.low) * (to - from);
    }
    std::vector<double> ticks() const {
        std::vector<double> list;
        const double first = std::ceil(values.low / step - 1e-9);
        const double last = std::floor(values.high / step + 1e-9);
        for (double i = first; i <= last && list.size() < 100; ++i) list.push_back(i * step + 0.0);
        return list;
    }
    std::string label(double tick) const {
        const double size = std::abs(tick) < step / 2 ? 0 : std::abs(tick);
        char text[32];
        *std::to_chars(text, text + sizeof text, size, std::chars_format::general, 6).ptr = 0;
        const bool plain = size == 0 || (size < 1e6 && step >= 1e-5);
        return (size > 0 && tick < 0 ? "−" : "") + (plain ? fixed(size, decimals) : text);
    }
};

struct Text {
    double x, y;
    const char* anchor = "start";
    int size = 13;
    const char* colour = ink;
    const char* more = "";
};

class Picture {
public:
    Picture(const std::string& title, std::size_t longest_name) {
        right_ = width - 56 - letter * static_cast<double>(std::min<std::size_t>(longest_name, 28));
        out_ =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + fixed(width, 0) + " " +
            fixed(height, 0) + "\" width=\"" + fixed(width, 0) + "\" height=\"" + fixed(height, 0) +
            "\" font-family=\"Inter, 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans CJK JP', "
            "'DejaVu Sans', sans-serif\" role=\"img\">\n<title>" +
            escaped(title) + "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n";
        text({.x = left, .y = 36, .size = 18, .more = " font-weight=\"600\""}, title);
    }

    double right() const { return right_; }

    void text(const Text& t, const std::string& words) {
        out_ += "<text x=\"" + px(t.x) + "\" y=\"" + px(t.y) + "\" text-anchor=\"" + t.anchor +
                "\" font-size=\"" + std::to_string(t.size) + "\" fill=\"" + t.colour + "\"" +
                t.more + ">" + escaped(words) + "</text>\n";
    }
    void line(double x1, double y1, double x2, double y2, const char* colour) {
        out_ += "<line x1=\"" + px(x1) + "\" y1=\"" + px(y1) + "\" x2=\"" + px(x2) + "\" y2=\"" +
                px(y2) + "\" stroke=\"" + colour + "\"/>\n";
    }
    void polyline(const std::string& points, std::size_t colour, bool dashed) {
        out_ += "<polyline points=\"" + points + "\" fill=\"none\" stroke=\"" + shade(colour) +
                "\" stroke-width=\"2\" stroke-linejoin=\"round\" stroke-linecap=\"round\"" +
                (dashed ? " stroke-dasharray=\"7 5\"" : "") + "/>\n";
    }
    // Shape and colour both show the class, so that either is enough.
    void marker(double x, double y, std::size_t index) {
        const std::string style =
            "\" fill=\"" + shade(index) +
            "\" fill-opacity=\"0.75\" stroke=\"#FFFFFF\" stroke-width=\"0.8\"/>\n";
        const auto polygon = [&](std::initializer_list<std::pair<double, double>> corners) {
            out_ += "<polygon points=\"";
            for (const auto& [dx, dy] : corners) out_ += px(x + dx) + "," + px(y + dy) + " ";
            out_.back() = '"';
            out_ += style.substr(1);
        };
        switch (index % 4) {
            case 0:
                out_ += "<circle cx=\"" + px(x) + "\" cy=\"" + px(y) + "\" r=\"4.6" + style;
                break;
            case 1:
                polygon({{0, -5.6}, {5.2, 4.2}, {-5.2, 4.2}});
                break;
            case 2:
                polygon({{-4.2, -4.2}, {4.2, -4.2}, {4.2, 4.2}, {-4.2, 4.2}});
                break;
            default:
                polygon({{0, -5.8}, {5.8, 0}, {0, 5.8}, {-5.8, 0}});
                break;
        }
    }
    void axes(const Axis& x, const Axis& y, const std::string& x_label,
              const std::string& y_label) {
        for (const double tick : y.ticks()) {
            line(left, y.place(tick), right_, y.place(tick), grid);
            text({.x = left - 10, .y = y.place(tick) + 4.5, .anchor = "end", .colour = faint_ink},
                 y.label(tick));
        }
        for (const double tick : x.ticks()) {
            line(x.place(tick), top, x.place(tick), bottom, grid);
            text({.x = x.place(tick), .y = bottom + 20, .anchor = "middle", .colour = faint_ink},
                 x.label(tick));
        }
        line(left, bottom, right_, bottom, faint_ink);
        line(left, top, left, bottom, faint_ink);
        text({.x = (left + right_) / 2, .y = height - 16, .anchor = "middle"}, x_label);
        const double middle = (top + bottom) / 2;
        const std::string turned = " transform=\"rotate(-90 22 " + px(middle) + ")\"";
        text({.x = 22, .y = middle, .anchor = "middle", .more = turned.c_str()}, y_label);
    }
    std::string finish() { return out_ + "</svg>\n"; }

private:
    static std::string shade(std::size_t index) { return colours[index % colours.size()]; }

    std::string out_;
    double right_;
};

template <class List>
std::size_t longest_name(const List& list) {
    std::size_t longest = 0;
    for (const auto& item : list) longest = std::max(longest, item.name.size());
    return longest;
}

double legend_y(std::size_t index) { return top + 10 + 24 * static_cast<double>(index); }

void check_range(const Interval& x, const Interval& y) {
    if (!(x.low <= x.high && y.low <= y.high))
        shikumi::fail<shikumi::ValueError>("chart", "there is no finite point to draw");
}

}  // namespace

std::string svg(const LineChart& chart) {
    Interval epochs, values;
    for (const Series& series : chart.series) {
        for (std::size_t i = 0; i < series.values.size(); ++i) {
            if (!std::isfinite(series.values[i])) continue;
            epochs.include(static_cast<double>(i + 1));
            values.include(series.values[i]);
        }
    }
    check_range(epochs, values);
    if (epochs.low == epochs.high) epochs.widen(0);
    const bool positive = values.low >= 0;
    values.widen(0.05);
    if (positive) values.low = std::max(values.low, 0.0);

    Picture picture(chart.title, longest_name(chart.series));
    const Axis x(epochs, left, picture.right(), 10, true);
    const Axis y(values, bottom, top, 8);
    picture.axes(x, y, chart.x_label, chart.y_label);
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        const bool dashed = s % 2 == 1;
        std::string points;
        std::size_t count = 0;
        double last_x = 0, last_y = 0;
        const auto end_of_line = [&] {
            if (count == 1)
                picture.marker(last_x, last_y, s);
            else if (count > 1)
                picture.polyline(points, s, dashed);
            points.clear();
            count = 0;
        };
        const auto& list = chart.series[s].values;
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (!std::isfinite(list[i])) {
                end_of_line();
                continue;
            }
            last_x = x.place(static_cast<double>(i + 1));
            last_y = y.place(list[i]);
            points += (count++ ? " " : "") + px(last_x) + "," + px(last_y);
        }
        end_of_line();
        const double here = legend_y(s);
        picture.polyline(px(picture.right() + 14) + "," + px(here) + " " +
                             px(picture.right() + 36) + "," + px(here),
                         s, dashed);
        picture.text({.x = picture.right() + 43, .y = here + 4.5}, chart.series[s].name);
    }
    return picture.finish();
}

std::string svg(const ScatterChart& chart) {
    Interval xs, ys;
    const auto each_point = [&](const PointGroup& group, auto&& visit) {
        for (std::size_t i = 0; i < group.x.size(); ++i) {
            if (std::isfinite(group.x[i]) && std::isfinite(group.y[i]))
                visit(group.x[i], group.y[i]);
        }
    };
    for (const PointGroup& group : chart.groups) {
        if (group.x.size() != group.y.size())
            shikumi::fail<shikumi::ValueError>("chart", "'", group.name, "' has ", group.x.size(),
                                               " x for ", group.y.size(), " y");
        each_point(group, [&](double x, double y) {
            xs.include(x);
            ys.include(y);
        });
    }
    check_range(xs, ys);
    xs.widen(0.05);
    ys.widen(0.05);

    Picture picture(chart.title, longest_name(chart.groups));
    const Axis x(xs, left, picture.right(), 10);
    const Axis y(ys, bottom, top, 8);
    picture.axes(x, y, chart.x_label, chart.y_label);
    for (std::size_t g = 0; g < chart.groups.size(); ++g) {
        each_point(chart.groups[g],
                   [&](double px, double py) { picture.marker(x.place(px), y.place(py), g); });
        picture.marker(picture.right() + 27, legend_y(g), g);
        picture.text({.x = picture.right() + 43, .y = legend_y(g) + 4.5}, chart.groups[g].name);
    }
    return picture.finish();
}

}  // namespace examples
