// Svg: a picture that is being drawn, and its file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shikumi::plot {

/// A place in a picture, in pixels; y grows downwards.
struct Point {
    double x = 0;  ///< from the left
    double y = 0;  ///< from the top
};

/// An upright rectangle.
struct Box {
    double x = 0;       ///< of the left side
    double y = 0;       ///< of the upper side
    double width = 0;   ///< to the right
    double height = 0;  ///< downwards

    /// The right side.
    double right() const noexcept { return x + width; }
    /// The lower side.
    double bottom() const noexcept { return y + height; }
};

/// How a text stands at its place.
struct TextStyle {
    std::string_view anchor = "start";  ///< what lies at the place: "start", "middle" or "end"
    int size = 13;                      ///< in pixels
    std::string_view look = "ink";      ///< "ink", or "faint" for what matters less
    bool bold = false;                  ///< whether it is bold
    bool upwards = false;               ///< whether it is turned to read from below
    double width = 0;                   ///< what doesn't fit into it is left out; 0: any width
};

/// A picture as an SVG document, light or dark as the reader's screen is. An element's look is a
/// name of its style sheet: "ink", "faint", "grid", "axis", "arrow", "box", "bare" (a box without
/// colour), and "line-0", "dash-0", "fill-0" and so on for the series, which repeat after seven.
///
/// The colours are Okabe and Ito's, which people with any colour vision tell apart (M. Okabe, K.
/// Ito, "Color Universal Design", 2008). The document is also an element of an HTML page.
class Svg {
public:
    /// An empty picture of this size, which screen readers call `title`.
    Svg(double width, double height, std::string title);

    /// The width in pixels.
    double width() const noexcept { return width_; }
    /// The height in pixels.
    double height() const noexcept { return height_; }

    /// A straight line.
    void line(Point from, Point to, std::string_view look);
    /// Straight lines from point to point; of many within one column of pixels, only what shows.
    void polyline(const std::vector<Point>& points, std::string_view look);
    /// A filled polygon.
    void polygon(const std::vector<Point>& corners, std::string_view look);
    /// A filled circle.
    void circle(Point middle, double radius, std::string_view look);
    /// A rectangle with round corners and an opacity; a reader who points at it sees `hint`.
    void rectangle(const Box& box, std::string_view look, double opacity = 1, double round = 0,
                   std::string_view hint = {});
    /// A path in SVG's own notation.
    void path(std::string_view commands, std::string_view look);
    /// A text whose baseline begins, ends or has its middle at a place.
    void text(Point at, std::string_view words, const TextStyle& style = {});
    /// The bytes of a PNG file as a picture with sharp pixels.
    void image(const Box& box, std::string_view png, std::string_view hint = {});
    /// Another picture at a place.
    void place(const Svg& other, Point at);

    /// The document.
    std::string text() const;
    /// Writes the document to a file, which replaces an older one when it is complete, and makes
    /// its folder. Throws IoError.
    void write(const std::string& file) const;

    /// Whether both are the same document.
    friend bool operator==(const Svg&, const Svg&) = default;

private:
    double width_, height_;
    std::string title_, body_;
};

/// The look of series number `index`: "line-2" for kind "line".
std::string series_look(std::string_view kind, std::size_t index);

}  // namespace shikumi::plot
