#include <shikumi/plot/text_chart.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/plot/detail/series_range.hpp>

namespace shikumi::plot {

namespace {

constexpr int dots_of_letter = 3;  // a letter is two dots wide
constexpr std::string_view plain = "\x1b[0m", pale = "\x1b[90m";
// The nearest to the colours of pictures among the 256 of a terminal, read on light and dark.
constexpr std::array<std::string_view, 6> codes{"\x1b[38;5;32m",  "\x1b[38;5;166m",
                                                "\x1b[38;5;35m",  "\x1b[38;5;169m",
                                                "\x1b[38;5;178m", "\x1b[38;5;74m"};

// How many columns a text takes, without the codes of its colours.
std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    bool code = false;
    for (const char c : text) {
        if (c == '\x1b') code = true;
        if (!code && (static_cast<unsigned char>(c) & 0xC0) != 0x80) ++width;
        if (c == 'm') code = false;
    }
    return width;
}

std::string shortened(std::string_view text, std::size_t width) {
    std::size_t end = 0;
    for (std::size_t letters = 0; end < text.size(); ++letters) {
        if (letters + 1 > width) return std::string(text.substr(0, end));
        do ++end;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80);
    }
    return std::string(text);
}

std::string padded(std::string_view text, std::size_t width) {
    return std::string(width - std::min(width, width_of(text)), ' ') + std::string(text);
}

// Cells of 2 x 4 dots, each of the colour of the series that was drawn there last.
class Dots {
public:
    Dots(std::size_t columns, std::size_t rows)
        : columns_(columns), bits_(columns * rows), series_(columns * rows) {}

    void line(Point from, Point to, std::size_t series) {
        const double steps = std::max({std::abs(to.x - from.x), std::abs(to.y - from.y), 1.0});
        for (double i = 0; i <= steps; ++i)
            dot(from.x + (to.x - from.x) * i / steps, from.y + (to.y - from.y) * i / steps, series);
    }
    std::string row(std::size_t r, bool coloured) const {
        std::string text;
        std::size_t colour = codes.size();
        for (std::size_t c = 0; c < columns_; ++c) {
            const std::size_t cell = r * columns_ + c;
            if (bits_[cell] == 0) {
                text += ' ';
                continue;
            }
            const std::size_t wanted = series_[cell] % codes.size();
            if (coloured && wanted != colour) text += codes[wanted];
            colour = wanted;
            const unsigned code = 0x2800u + bits_[cell];  // in UTF-8
            text +=
                {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)),
                 static_cast<char>(0x80 | (code & 63))};
        }
        if (coloured && colour < codes.size()) text += plain;
        return text;
    }

private:
    void dot(double x, double y, std::size_t series) {
        // Unicode, "Braille patterns": dots 1 to 6 by column, then 7 and 8 below them.
        static constexpr std::uint8_t bit[4][2] = {{1, 8}, {2, 16}, {4, 32}, {64, 128}};
        const auto column = static_cast<std::size_t>(std::max(x, 0.0));
        const auto row = static_cast<std::size_t>(std::max(y, 0.0));
        const std::size_t cell = row / 4 * columns_ + column / 2;
        if (column / 2 >= columns_ || cell >= bits_.size()) return;
        bits_[cell] = static_cast<std::uint8_t>(bits_[cell] | bit[row % 4][column % 2]);
        series_[cell] = series;
    }

    std::size_t columns_;
    std::vector<std::uint8_t> bits_;
    std::vector<std::size_t> series_;
};

// What stands beside the rows of dots.
struct Sides {
    std::vector<std::string> left, right;
};

// The name of each series in the row of its last value, or in the nearest free one.
void name_series(const LineChart& chart, const detail::Axis& x, const detail::Axis& y,
                 const TextSize& size, std::size_t width, Sides& sides) {
    const std::size_t rows = sides.right.size();
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        Point last{-1, 0};
        detail::for_each_piece(chart.series[s], x, y,
                               [&](const std::vector<Point>& points) { last = points.back(); });
        if (last.x < 0 || chart.series[s].name.empty()) continue;
        const auto wanted = std::min(static_cast<std::size_t>(std::max(last.y, 0.0)) / 4, rows - 1);
        for (std::size_t away = 0; away < 2 * rows; ++away) {
            const std::size_t row = away % 2 == 0 ? wanted + away / 2 : wanted - (away + 1) / 2;
            if (row >= rows || !sides.right[row].empty()) continue;
            const std::string name = shortened(chart.series[s].name, width);
            sides.right[row] = " " + (size.colours ? std::string(codes[s % codes.size()]) + name +
                                                         std::string(plain)
                                                   : name);
            break;
        }
    }
}

std::string axis_line(const detail::Axis& x, std::size_t left, std::size_t columns) {
    std::string text(left + columns, ' ');
    std::size_t free = 0;
    for (const double tick : x.ticks()) {
        const std::string label = x.label(tick);
        const double middle = static_cast<double>(left) + x.place(tick) / 2;
        const double begin = std::clamp(std::round(middle - static_cast<double>(label.size()) / 2),
                                        0.0, static_cast<double>(text.size()));
        const auto at = static_cast<std::size_t>(begin);
        if (at < free || at + label.size() > text.size()) continue;
        text.replace(at, label.size(), label);
        free = at + label.size() + 1;
    }
    return text;
}

}  // namespace

std::vector<std::string> text_lines(const LineChart& chart, const TextSize& size) {
    if (size.columns < 20 || size.rows < 5)
        fail<ValueError>("chart", "a chart in text has 20 columns and 5 rows or more, got ",
                         size.columns, " and ", size.rows);
    const detail::ChartRange range = detail::range_of(chart);
    const auto columns = static_cast<std::size_t>(size.columns);
    const auto rows = static_cast<std::size_t>(size.rows) - 2;  // without title and axis
    std::size_t right = 0;
    for (const Series& series : chart.series)
        if (!series.name.empty()) right = std::max(right, width_of(series.name) + 1);
    right = std::min(right, columns / 3);

    const detail::Axis y(range.y, static_cast<double>(4 * rows) - 1, 0,
                         {.scale = chart.y_scale, .letter = dots_of_letter});
    Sides sides{std::vector<std::string>(rows), std::vector<std::string>(rows)};
    std::size_t left = 0;
    for (const double tick : y.ticks()) {
        std::string& label = sides.left[static_cast<std::size_t>(y.place(tick)) / 4];
        if (label.empty()) label = y.label(tick);
        left = std::max(left, width_of(label));
    }
    const std::size_t wide = columns - std::min(columns - 4, left + 2 + right);
    const detail::Axis x(range.x, 0, static_cast<double>(2 * wide) - 1,
                         {.whole = range.x_whole, .labels_beside = true, .letter = dots_of_letter});
    name_series(chart, x, y, size, right > 0 ? right - 1 : 0, sides);

    Dots dots(wide, rows);
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        detail::for_each_piece(chart.series[s], x, y, [&](const std::vector<Point>& points) {
            for (std::size_t i = 0; i < points.size(); ++i)
                dots.line(points[i > 0 ? i - 1 : 0], points[i], s);
        });
    }
    const auto faint = [&](const std::string& text) {
        return size.colours ? std::string(pale) + text + std::string(plain) : text;
    };
    std::vector<std::string> lines{shortened(chart.title, columns)};
    for (std::size_t r = 0; r < rows; ++r) {
        const std::string tick = sides.left[r].empty() ? "│" : "┤";
        lines.push_back(faint(padded(sides.left[r], left) + " " + tick) +
                        dots.row(r, size.colours) + sides.right[r]);
    }
    lines.push_back(faint(axis_line(x, left + 2, wide)));
    return lines;
}

std::vector<std::string> beside(std::vector<std::string> left, int width,
                                const std::vector<std::string>& right) {
    left.resize(std::max(left.size(), right.size()));
    for (std::size_t i = 0; i < right.size(); ++i) {
        const std::size_t used = width_of(left[i]), wide = static_cast<std::size_t>(width);
        left[i] += std::string(wide - std::min(wide, used), ' ') + right[i];
    }
    return left;
}

}  // namespace shikumi::plot
