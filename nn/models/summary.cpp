#include <shikumi/nn/models/summary.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include <shikumi/autograd/core/decimal.hpp>

namespace shikumi::nn {

namespace {

using Row = std::vector<std::string>;

using Widths = std::vector<std::size_t>;

// Keras's: a fourth column makes the table 98 wide.
Widths column_ends(bool connections) {
    return connections ? Widths{32, 53, 65, 98} : Widths{29, 55, 65};
}

Row titles(bool connections) {
    Row row{"Layer (type)", "Output Shape", "Param #"};
    if (connections) row.emplace_back("Connected to");
    return row;
}

std::string joined(const std::vector<std::string>& list) {
    std::string text = "[";
    for (std::size_t i = 0; i < list.size(); ++i) text += (i > 0 ? ", '" : "'") + list[i] + "'";
    return text + "]";
}

std::string batch_shape(const Shape& sample) {
    std::string text = "(None,";
    const Shape::Sizes sizes = sample.sizes();
    for (int axis = 0; axis < sizes.rank(); ++axis)
        text += (axis > 0 ? ", " : " ") + std::to_string(sizes[axis]);
    return text + ")";
}

std::string with_commas(Index n) {
    std::string digits = std::to_string(n);
    for (auto i = static_cast<Index>(digits.size()) - 3; i > 0; i -= 3)
        digits.insert(static_cast<std::size_t>(i), 1, ',');
    return digits;
}

// 2060 bytes are "2.01 KB".
std::string readable(std::size_t bytes, std::string_view one_byte) {
    const std::array<std::string_view, 6> units{one_byte, "KB", "MB", "GB", "TB", "PB"};
    auto size = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; size >= 1024 && unit + 1 < units.size(); ++unit) size /= 1024;
    return shikumi::detail::fixed(size, 2) + " " + std::string(units[unit]);
}

void pad(std::string& line, std::size_t end) {
    if (line.size() < end) line.resize(end, ' ');
}

// One line; a cell that is too long is cut.
std::string cut_row(const Row& cells, const Widths& column_ends) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line.back() = ' ';
        line += cells[i];
        line.resize(column_ends[i], ' ');
    }
    return line + '\n';
}

// As many lines as the longest cell takes; lines are broken after the end of a tuple if there is
// one.
std::string wrapped_row(Row rest, const Widths& column_ends) {
    std::string text;
    while (std::any_of(rest.begin(), rest.end(), [](const auto& cell) { return !cell.empty(); })) {
        std::string line = " ";
        for (std::size_t i = 0; i < rest.size(); ++i) {
            const std::size_t gap = i + 1 < rest.size() ? 2 : 0;
            std::size_t room = column_ends[i] - (i > 0 ? column_ends[i - 1] : 0) - gap;
            for (const std::string_view end : {"),", "},", "],", "',"}) {
                const std::size_t found = std::string_view(rest[i]).substr(0, room).find(end);
                if (found != std::string_view::npos) room = found + end.size();
            }
            line += rest[i].substr(0, room);
            line.append(gap, ' ');
            rest[i].erase(0, room);
            pad(line, column_ends[i]);
        }
        text += line + '\n';
    }
    return text;
}

Row row_of(const LayerSummary& layer, const std::string& params, bool connections) {
    Row row{layer.name + " (" + layer.class_name + ")", shown_shape(layer), params};
    if (connections) row.push_back(joined(layer.connected));
    return row;
}

std::string classic(const ModelSummary& model, SummaryStyle style) {
    const bool ruled = style == SummaryStyle::classic26;
    const bool sized = style == SummaryStyle::classic213;
    const Widths ends = column_ends(model.connection_column);
    const std::size_t width = ends.back();
    const auto rule = [&](char c) { return std::string(width, c) + '\n'; };
    const auto row = [&](const Row& cells) {
        return ruled ? cut_row(cells, ends) : wrapped_row(cells, ends);
    };
    const auto total = [&](const char* what, const WeightCount& count) {
        return what +
               (sized ? std::to_string(count.params) + " (" + readable(count.bytes, "Byte") + ")"
                      : with_commas(count.params)) +
               '\n';
    };

    std::string text = "Model: \"" + model.name + "\"\n" + rule('_') +
                       row(titles(model.connection_column)) + rule('=');
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const LayerSummary& layer = model.layers[i];
        text += row(row_of(layer, std::to_string(layer.params), model.connection_column));
        const bool last = i + 1 == model.layers.size();
        if (!ruled)
            text += rule(' ');
        else if (!last)
            text += rule('_');
    }
    text += rule('=');
    const WeightCount all{model.trainable.params + model.frozen.params,
                          model.trainable.bytes + model.frozen.bytes};
    return text + total("Total params: ", all) + total("Trainable params: ", model.trainable) +
           total("Non-trainable params: ", model.frozen) + rule('_');
}

std::string repeated(std::string_view what, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += what;
    return text;
}

// Characters of the box: left, filling, between columns, right.
using Border = std::array<std::string_view, 4>;
// 76 columns: a terminal of 80.
Widths box_widths(bool connections) {
    return connections ? Widths{20, 18, 10, 15} : Widths{31, 22, 13};
}

std::string box_border(const Border& b, const Widths& box_cells) {
    std::string line(b[0]);
    for (std::size_t i = 0; i < box_cells.size(); ++i) {
        line += repeated(b[1], box_cells[i] + 2);
        line += i + 1 < box_cells.size() ? b[2] : b[3];
    }
    return line + '\n';
}

// Cuts what fits from the front, at a blank if there is one.
std::string take_line(std::string& cell, std::size_t room) {
    std::size_t end = std::min(room, cell.size());
    if (cell.size() > room) {
        const std::size_t blank = cell.rfind(' ', room);
        if (blank != std::string::npos && blank > 0) end = blank;
    }
    std::string line = cell.substr(0, end);
    cell.erase(0, end);
    if (!cell.empty() && cell.front() == ' ') cell.erase(0, 1);
    return line;
}

std::string box_row(Row rest, std::string_view bar, const Widths& box_cells) {
    std::string text;
    while (std::any_of(rest.begin(), rest.end(), [](const auto& cell) { return !cell.empty(); })) {
        text += bar;
        for (std::size_t i = 0; i < rest.size(); ++i) {
            const std::string cell = take_line(rest[i], box_cells[i]);
            const std::string space(box_cells[i] - cell.size(), ' ');
            text += " " + (i + 1 < rest.size() ? cell + space : space + cell) + " ";
            text += bar;
        }
        text += '\n';
    }
    return text;
}

std::string box(const ModelSummary& model) {
    const auto total = [](const char* what, const WeightCount& count) {
        return what + with_commas(count.params) + " (" + readable(count.bytes, "B") + ")\n";
    };
    const Widths widths = box_widths(model.connection_column);
    std::string text = "Model: \"" + model.name + "\"\n" +
                       box_border({"┏", "━", "┳", "┓"}, widths) +
                       box_row(titles(model.connection_column), "┃", widths) +
                       box_border({"┡", "━", "╇", "┩"}, widths);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const LayerSummary& layer = model.layers[i];
        if (i > 0) text += box_border({"├", "─", "┼", "┤"}, widths);
        text +=
            box_row(row_of(layer, with_commas(layer.params), model.connection_column), "│", widths);
    }
    text += box_border({"└", "─", "┴", "┘"}, widths);
    const WeightCount all{model.trainable.params + model.frozen.params + model.optimizer.params,
                          model.trainable.bytes + model.frozen.bytes + model.optimizer.bytes};
    text += total(" Total params: ", all) + total(" Trainable params: ", model.trainable) +
            total(" Non-trainable params: ", model.frozen);
    if (model.optimizer.params > 0) text += total(" Optimizer params: ", model.optimizer);
    return text;
}

}  // namespace

bool ModelSummary::connections_known() const {
    return std::any_of(layers.begin(), layers.end(),
                       [](const LayerSummary& layer) { return !layer.connected.empty(); });
}

std::string shown_shape(const LayerSummary& layer) {
    return layer.shown.empty() ? batch_shape(layer.output) : layer.shown;
}

std::string to_string(const ModelSummary& model, SummaryStyle style) {
    return style == SummaryStyle::keras3 ? box(model) : classic(model, style);
}

}  // namespace shikumi::nn
