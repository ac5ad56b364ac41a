// Line charts in text, for a terminal.
#pragma once

#include <string>
#include <vector>

#include <shikumi/plot/line_chart.hpp>

namespace shikumi::plot {

/// How large a chart in text is, and whether it has colours.
struct TextSize {
    int columns = 80;      ///< no line is longer
    int rows = 12;         ///< how many lines there are, title and axis among them
    bool colours = false;  ///< whether series have colours, by the codes of ECMA-48
};

/// A line chart in text, a line of text each, without line ends: dots of Braille letters, eight in
/// a letter's place, and each line's name behind its end. Throws ValueError as `draw` does, and for
/// fewer than 20 columns or 5 rows.
std::vector<std::string> text_lines(const LineChart& chart, const TextSize& size = {});

/// Texts of several lines beside each other, the first `width` columns wide. Codes of colours take
/// no room.
std::vector<std::string> beside(std::vector<std::string> left, int width,
                                const std::vector<std::string>& right);

}  // namespace shikumi::plot
