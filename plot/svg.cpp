#include <shikumi/plot/svg.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <shikumi/autograd/core/markup.hpp>
#include <shikumi/plot/detail/text.hpp>
#include <shikumi/plot/detail/write_file.hpp>

namespace shikumi::plot {

using detail::coordinate;
using shikumi::detail::escaped_markup;

namespace {

struct Shade {
    std::string_view light, dark;
};

// Okabe and Ito's colours, in the order in which they stand out from the paper.
constexpr std::array<Shade, 7> series{{{"#0072b2", "#56b4e9"},
                                       {"#d55e00", "#e69f00"},
                                       {"#009e73", "#009e73"},
                                       {"#cc79a7", "#cc79a7"},
                                       {"#e69f00", "#d55e00"},
                                       {"#56b4e9", "#f0e442"},
                                       {"#333333", "#dddddd"}}};
constexpr Shade paper{"#ffffff", "#16191d"}, ink{"#222222", "#e4e6e8"}, faint{"#5c6166", "#a2a8ae"},
    grid{"#e6e8ea", "#2e3338"}, box{"#eef3f7", "#232a31"};

std::string colours(std::string_view Shade::*scheme) {
    const auto in = [&](const Shade& shade) { return std::string(shade.*scheme); };
    std::string rules = ".plot .paper{fill:" + in(paper) + "}.plot .ink{fill:" + in(ink) +
                        "}.plot .faint{fill:" + in(faint) + "}.plot .grid{stroke:" + in(grid) +
                        "}.plot .axis,.plot .arrow{stroke:" + in(faint) +
                        "}.plot .box{fill:" + in(box) + "}.plot .bare{fill:" + in(paper) +
                        "}.plot .box,.plot .bare{stroke:" + in(faint) + "}";
    for (std::size_t i = 0; i < series.size(); ++i) {
        const std::string n = std::to_string(i);
        rules += ".plot .line-" + n + ",.plot .dash-" + n + "{stroke:" + in(series[i]) +
                 "}.plot .fill-" + n + "{fill:" + in(series[i]) + "}";
    }
    return rules;
}

// One text for all pictures, so that several of them in a page agree.
const std::string& style_sheet() {
    static const std::string text = [] {
        std::string rules =
            ".plot{font-family:system-ui,'Helvetica Neue',Arial,'Noto Sans','Noto Sans CJK JP',"
            "'DejaVu Sans',sans-serif}.plot .grid,.plot .axis{stroke-width:1}.plot .arrow{fill:"
            "none;stroke-width:1.4}.plot image{image-rendering:pixelated}.plot .box{stroke-width:"
            "1}.plot [class^=line],.plot [class^=dash]{fill:none;stroke-width:2;stroke-linejoin:"
            "round;stroke-linecap:round}.plot [class^=dash]{stroke-dasharray:6 5}";
        return rules + colours(&Shade::light) + "@media(prefers-color-scheme:dark){" +
               colours(&Shade::dark) + "}";
    }();
    return text;
}

std::string at(Point p) { return coordinate(p.x) + "," + coordinate(p.y); }

std::string points_of(const std::vector<Point>& points) {
    std::string list;
    for (const Point& p : points) list += (list.empty() ? "" : " ") + at(p);
    return list;
}

// In each column of half a pixel the first, the lowest, the highest and the last point.
std::vector<Point> thinned(const std::vector<Point>& points) {
    std::vector<Point> kept;
    for (std::size_t i = 0; i < points.size();) {
        const double column = std::floor(points[i].x * 2);
        std::size_t end = i, low = i, high = i;
        for (; end < points.size() && std::floor(points[end].x * 2) == column; ++end) {
            if (points[end].y < points[low].y) low = end;
            if (points[end].y > points[high].y) high = end;
        }
        std::array order{i, low, high, end - 1};
        std::sort(order.begin(), order.end());
        const auto last = std::unique(order.begin(), order.end());
        for (auto n = order.begin(); n != last; ++n) kept.push_back(points[*n]);
        i = end;
    }
    return kept;
}

std::string attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string title_element(std::string_view words) {
    return words.empty() ? "" : "<title>" + escaped_markup(words) + "</title>";
}

std::string sides(const Box& box) {
    return attribute("x", coordinate(box.x)) + attribute("y", coordinate(box.y)) +
           attribute("width", coordinate(box.width)) + attribute("height", coordinate(box.height));
}

}  // namespace

Svg::Svg(double width, double height, std::string title)
    : width_(width), height_(height), title_(std::move(title)) {}

void Svg::line(Point from, Point to, std::string_view look) {
    body_ +=
        "<path" + attribute("class", look) + attribute("d", "M" + at(from) + "L" + at(to)) + "/>\n";
}

void Svg::polyline(const std::vector<Point>& points, std::string_view look) {
    body_ += "<polyline" + attribute("class", look) +
             attribute("points", points_of(thinned(points))) + "/>\n";
}

void Svg::polygon(const std::vector<Point>& corners, std::string_view look) {
    body_ +=
        "<polygon" + attribute("class", look) + attribute("points", points_of(corners)) + "/>\n";
}

void Svg::circle(Point middle, double radius, std::string_view look) {
    body_ += "<circle" + attribute("class", look) + attribute("cx", coordinate(middle.x)) +
             attribute("cy", coordinate(middle.y)) + attribute("r", coordinate(radius)) + "/>\n";
}

void Svg::rectangle(const Box& box, std::string_view look, double opacity, double round,
                    std::string_view hint) {
    body_ += "<rect" + attribute("class", look) + sides(box);
    if (round > 0) body_ += attribute("rx", coordinate(round));
    if (opacity < 1)
        body_ += attribute("fill-opacity", coordinate(std::round(opacity * 1000) / 10) + "%");
    body_ += hint.empty() ? "/>\n" : ">" + title_element(hint) + "</rect>\n";
}

void Svg::path(std::string_view commands, std::string_view look) {
    body_ += "<path" + attribute("class", look) + attribute("d", commands) + "/>\n";
}

void Svg::text(Point place, std::string_view words, const TextStyle& style) {
    const std::string shown =
        style.width > 0 ? detail::fitting(words, style.size, style.width) : std::string(words);
    body_ += "<text" + attribute("class", style.look) + attribute("x", coordinate(place.x)) +
             attribute("y", coordinate(place.y)) +
             attribute("font-size", std::to_string(style.size));
    if (style.anchor != "start") body_ += attribute("text-anchor", style.anchor);
    if (style.bold) body_ += attribute("font-weight", "600");
    if (style.upwards)
        body_ += attribute("transform",
                           "rotate(-90 " + coordinate(place.x) + " " + coordinate(place.y) + ")");
    body_ +=
        ">" + (shown == words ? "" : title_element(words)) + escaped_markup(shown) + "</text>\n";
}

void Svg::image(const Box& box, std::string_view png, std::string_view hint) {
    body_ +=
        "<image" + sides(box) + attribute("href", "data:image/png;base64," + detail::base64(png));
    body_ += hint.empty() ? "/>\n" : ">" + title_element(hint) + "</image>\n";
}

void Svg::place(const Svg& other, Point where) {
    body_ += "<g" + attribute("transform", "translate(" + at(where) + ")") + ">\n" + other.body_ +
             "</g>\n";
}

std::string Svg::text() const {
    const std::string w = coordinate(width_), h = coordinate(height_);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("class", "plot") +
           attribute("viewBox", "0 0 " + w + " " + h) + attribute("width", w) +
           attribute("height", h) + attribute("role", "img") + ">\n<style>" + style_sheet() +
           "</style>\n" + title_element(title_) +
           "\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n" + body_ + "</svg>\n";
}

void Svg::write(const std::string& file) const { detail::write_file("Svg", file, text()); }

std::string series_look(std::string_view kind, std::size_t index) {
    return std::string(kind) + "-" + std::to_string(index % series.size());
}

}  // namespace shikumi::plot
