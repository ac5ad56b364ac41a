#include <shikumi/plot/heat_map.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/plot/detail/frame.hpp>
#include <shikumi/plot/detail/text.hpp>

namespace shikumi::plot {

namespace {

constexpr double strongest = 0.62;  // opacity up to which the ink is read above a colour

struct Cell {
    std::string text;
    std::string_view look;
    double strength;  // from 0 to 1
};

struct Cells {
    std::string title, x_label, y_label;
    std::vector<std::string> rows, columns;
    std::function<Cell(std::size_t row, std::size_t column)> at;
};

std::vector<std::string> names_or_numbers(const std::vector<std::string>& names, Index count,
                                          std::string_view what) {
    if (!names.empty() && static_cast<Index>(names.size()) != count)
        fail<ValueError>("chart", "got ", names.size(), " names for ", count, " ", what);
    std::vector<std::string> all = names;
    for (Index i = static_cast<Index>(names.size()); i < count; ++i)
        all.push_back(std::to_string(i));
    return all;
}

double widest(const std::vector<std::string>& names) {
    double wide = 0;
    for (const std::string& name : names) wide = std::max(wide, detail::text_width(name, 12));
    return std::min(wide, 150.0);
}

// Sizes of a picture of cells: large ones for few, so that numbers have room.
struct Layout {
    explicit Layout(const Cells& cells) {
        const auto count = static_cast<double>(std::max(cells.rows.size(), cells.columns.size()));
        side = std::clamp(460 / count, 3.0, 44.0);
        left = 16 + 22 + widest(cells.rows) + 8;
        upright = widest(cells.columns) + 6 > side;
        below = upright ? widest(cells.columns) + 10 : 22;
        const double title = detail::text_width(cells.title, 16) + 32;
        width =
            std::max({left + side * static_cast<double>(cells.columns.size()) + 24, title, 240.0});
        height = top + side * static_cast<double>(cells.rows.size()) + below + 34;
    }
    static constexpr double top = 48;
    double side, left, below, width, height;
    bool upright;
};

void draw_names(Svg& svg, const Cells& cells, const Layout& at) {
    const double bottom = at.top + at.side * static_cast<double>(cells.rows.size());
    const auto every = static_cast<std::size_t>(std::ceil(15 / at.side));
    for (std::size_t r = 0; r < cells.rows.size(); r += every)
        svg.text({at.left - 8, at.top + (static_cast<double>(r) + 0.5) * at.side + 4},
                 cells.rows[r], {.anchor = "end", .size = 12, .look = "faint", .width = 150});
    for (std::size_t c = 0; c < cells.columns.size(); c += at.upright ? every : 1) {
        const double x = at.left + (static_cast<double>(c) + 0.5) * at.side;
        if (at.upright)
            svg.text({x + 4, bottom + 8}, cells.columns[c],
                     {.anchor = "end", .size = 12, .look = "faint", .upwards = true, .width = 150});
        else
            svg.text({x, bottom + 17}, cells.columns[c],
                     {.anchor = "middle", .size = 12, .look = "faint"});
    }
    svg.text(
        {at.left + at.side * static_cast<double>(cells.columns.size()) / 2, bottom + at.below + 16},
        cells.x_label, {.anchor = "middle"});
    svg.text({26, (at.top + bottom) / 2}, cells.y_label, {.anchor = "middle", .upwards = true});
}

Svg drawn(const Cells& cells) {
    const Layout at(cells);
    Svg svg(at.width, at.height, cells.title);
    svg.text({16, 31}, cells.title, {.size = 16, .bold = true});
    std::vector<Cell> all;
    double widest_text = 0;
    for (std::size_t r = 0; r < cells.rows.size(); ++r) {
        for (std::size_t c = 0; c < cells.columns.size(); ++c) {
            all.push_back(cells.at(r, c));
            widest_text = std::max(widest_text, detail::text_width(all.back().text, 12));
        }
    }
    const bool numbers = widest_text + 2 <= at.side;
    const double gap = at.side > 12 ? 1 : 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t r = i / cells.columns.size(), c = i % cells.columns.size();
        const Box box{at.left + static_cast<double>(c) * at.side,
                      at.top + static_cast<double>(r) * at.side, at.side - gap, at.side - gap};
        if (all[i].strength > 0)
            svg.rectangle(box, all[i].look, all[i].strength * (numbers ? strongest : 1), 0,
                          numbers ? std::string()
                                  : cells.rows[r] + ", " + cells.columns[c] + ": " + all[i].text);
        if (numbers && !all[i].text.empty())
            svg.text({box.x + box.width / 2, box.y + box.height / 2 + 4.5}, all[i].text,
                     {.anchor = "middle", .size = 12});
    }
    draw_names(svg, cells, at);
    return svg;
}

void want_matrix(const Tensor& values, std::string_view what) {
    if (values.rank() != 2 || values.size() == 0)
        fail<ShapeError>("chart", what, " is a matrix that isn't empty, got ", values.spec());
}

}  // namespace

Svg draw(const HeatMap& map) {
    want_matrix(map.values, "a heat map");
    const std::vector<double> values = map.values.to_vector<double>();
    detail::Interval range;
    for (const double value : values) {
        if (std::isfinite(value)) range.include(value);
    }
    detail::want_values(map.title, !range.empty());
    const Shape& shape = map.values.shape();
    const auto at = [&, across = static_cast<std::size_t>(shape[1])](std::size_t r,
                                                                     std::size_t c) -> Cell {
        const double value = values[r * across + c];
        if (!std::isfinite(value)) return {"", "fill-0", 0};
        const double strength = (value - range.low) / (range.high - range.low);
        return {detail::short_number(value), "fill-0", range.low < range.high ? strength : 0.5};
    };
    return drawn({map.title, map.x_label, map.y_label, names_or_numbers(map.rows, shape[0], "rows"),
                  names_or_numbers(map.columns, shape[1], "columns"), at});
}

Svg draw(const ConfusionMatrix& matrix) {
    want_matrix(matrix.counts, "a confusion matrix");
    const Shape& shape = matrix.counts.shape();
    if (shape[0] != shape[1])
        fail<ShapeError>("chart", "a confusion matrix is square, got ", matrix.counts.spec());
    const std::vector<double> counts = matrix.counts.to_vector<double>();
    const auto classes = static_cast<std::size_t>(shape[0]);
    std::vector<double> in_row(classes);
    for (std::size_t i = 0; i < counts.size(); ++i) in_row[i / classes] += counts[i];
    const auto share = [&](std::size_t r, std::size_t c) {
        return in_row[r] > 0 ? counts[r * classes + c] / in_row[r] : 0;
    };
    double worst = 0;  // share of a mistake: mistakes are rare, and are to be seen
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (i / classes != i % classes) worst = std::max(worst, share(i / classes, i % classes));
    }
    const auto at = [&](std::size_t r, std::size_t c) -> Cell {
        const double count = counts[r * classes + c];
        if (!(count > 0)) return {"", "fill-0", 0};
        const std::string text = detail::short_number(count);
        return r == c ? Cell{text, "fill-0", share(r, c)}
                      : Cell{text, "fill-1", std::sqrt(share(r, c) / worst)};
    };
    const std::vector<std::string> names = names_or_numbers(matrix.names, shape[0], "classes");
    return drawn({matrix.title, "predicted", "true", names, names, at});
}

}  // namespace shikumi::plot
