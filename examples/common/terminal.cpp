#include "terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <span>
#include <string_view>

namespace examples {
namespace {

using shikumi::Tensor;

struct Pixels {
    std::size_t rows, columns;
    std::vector<double> values;
    double at(std::size_t r, std::size_t c) const { return r < rows ? values[r * columns + c] : 0; }
};

Pixels pixels(const Tensor& image) {
    if (image.rank() != 2)
        shikumi::fail<shikumi::ShapeError>("drawing", "an image is (rows, columns), got ",
                                           image.spec());
    return {static_cast<std::size_t>(image.shape()[0]), static_cast<std::size_t>(image.shape()[1]),
            image.to_vector<double>()};
}

// The step of `value` on a scale of `steps` steps from 0 to `largest`.
int level(double value, double largest, int steps) {
    const double share = std::clamp(value / largest, 0.0, 1.0);
    return std::isnan(share) ? 0 : static_cast<int>(std::lround(share * (steps - 1)));
}

std::vector<std::string> plain_lines(const Pixels& image, double largest) {
    constexpr std::string_view shades[] = {"  ", "░░", "▒▒", "▓▓", "██"};
    std::vector<std::string> lines;
    for (std::size_t r = 0; r < image.rows; ++r) {
        std::string& line = lines.emplace_back();
        for (std::size_t c = 0; c < image.columns; ++c)
            line += shades[level(image.at(r, c), largest, 5)];
    }
    return lines;
}

// An upper half block shows two pixels: one in the foreground colour, one in the background colour.
// 232 to 255 are the 24 greys of a 256-colour terminal.
std::vector<std::string> coloured_lines(const Pixels& image, double largest) {
    const auto grey = [&](std::size_t r, std::size_t c) {
        return std::to_string(232 + level(image.at(r, c), largest, 24));
    };
    std::vector<std::string> lines;
    for (std::size_t r = 0; r < image.rows; r += 2) {
        std::string& line = lines.emplace_back();
        for (std::size_t c = 0; c < image.columns; ++c)
            line += "\x1b[38;5;" + grey(r, c) + ";48;5;" + grey(r + 1, c) + "m▀";
        line += "\x1b[0m";
    }
    return lines;
}

std::vector<std::string> lines_of(const Pixels& image, double largest, bool coloured) {
    return coloured ? coloured_lines(image, largest) : plain_lines(image, largest);
}

// The number of UTF-8 characters.
std::size_t letters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::string right_aligned(const std::string& text, std::size_t width) {
    const std::size_t own = letters(text);
    return std::string(width > own ? width - own : 0, ' ') + text;
}

std::string left_aligned(const std::string& text, std::size_t width) {
    const std::size_t own = letters(text);
    return text + std::string(width > own ? width - own : 0, ' ');
}

void trim_end(std::string& text) { text.erase(text.find_last_not_of(' ') + 1); }

// Blank columns between two pictures of a row.
constexpr std::size_t gap = 3;

std::size_t columns_of(const Tensor& image, bool coloured) {
    return pixels(image).columns * (coloured ? 1 : 2);
}

// Columns from the start of a picture to the start of the next.
std::size_t step_of(const Captioned& picture, bool coloured) {
    return std::max(columns_of(picture.image, coloured), letters(picture.caption)) + gap;
}

std::string row_of(std::span<const Captioned> pictures, double largest, bool coloured) {
    std::vector<std::string> rows;
    std::string captions;
    std::size_t indent = 0;  // where the next picture begins
    for (const Captioned& picture : pictures) {
        const std::vector<std::string> lines = lines_of(pixels(picture.image), largest, coloured);
        const std::size_t own = columns_of(picture.image, coloured);
        const std::size_t step = step_of(picture, coloured);
        rows.resize(std::max(rows.size(), lines.size()), std::string(indent, ' '));
        for (std::size_t r = 0; r < rows.size(); ++r) {
            if (r < lines.size())
                rows[r] += lines[r] + std::string(step - own, ' ');
            else
                rows[r] += std::string(step, ' ');
        }
        captions += left_aligned(picture.caption, step);
        indent += step;
    }
    rows.push_back(captions);
    std::string text;
    for (std::string& row : rows) {
        trim_end(row);
        text += row + "\n";
    }
    return text;
}

}  // namespace

bool on_terminal() { return isatty(STDOUT_FILENO) == 1; }

bool colours_wanted() { return on_terminal() && !std::getenv("NO_COLOR"); }

std::string drawing(const Tensor& image, double largest, bool coloured) {
    std::string text;
    for (const std::string& line : lines_of(pixels(image), largest, coloured)) text += line + "\n";
    return text;
}

std::string side_by_side(const std::vector<Captioned>& pictures, double largest, bool coloured) {
    constexpr std::size_t page = 96;
    std::string text;
    std::size_t first = 0;  // picture of the row
    std::size_t width = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const std::size_t own = step_of(pictures[i], coloured);
        if (i > first && width + own - gap > page) {
            text += row_of(std::span(pictures).subspan(first, i - first), largest, coloured) + "\n";
            first = i;
            width = 0;
        }
        width += own;
    }
    return text + row_of(std::span(pictures).subspan(first), largest, coloured);
}

std::string pixel_table(const Tensor& image) {
    const Pixels p = pixels(image);
    std::vector<std::string> numbers;
    std::size_t widest = 0;
    for (const double v : p.values) {
        numbers.push_back(std::to_string(std::llround(v)));
        widest = std::max(widest, numbers.back().size());
    }
    std::string text;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        text += right_aligned(numbers[i], widest);
        text += (i + 1) % p.columns == 0 ? "\n" : " ";
    }
    return text;
}

std::string confusion_table(const Tensor& counts, const std::vector<std::string>& names) {
    const auto n = static_cast<shikumi::Index>(names.size());
    if (counts.shape() != shikumi::Shape{n, n})
        shikumi::fail<shikumi::ShapeError>("confusion_table", "counts ", counts.shape(), " for ", n,
                                           " names");
    const auto values = counts.to_vector<std::int64_t>();
    const std::string corner = "true \\ predicted";
    std::size_t first = letters(corner);
    std::size_t cell = 0;
    for (const std::string& name : names) {
        first = std::max(first, letters(name));
        cell = std::max(cell, letters(name));
    }
    for (const std::int64_t v : values) cell = std::max(cell, std::to_string(v).size());

    std::string text = left_aligned(corner, first);
    for (const std::string& name : names) text += "  " + right_aligned(name, cell);
    text += "\n";
    for (std::size_t r = 0; r < names.size(); ++r) {
        text += left_aligned(names[r], first);
        for (std::size_t c = 0; c < names.size(); ++c)
            text += "  " + right_aligned(std::to_string(values[r * names.size() + c]), cell);
        text += "\n";
    }
    return text;
}

}  // namespace examples
