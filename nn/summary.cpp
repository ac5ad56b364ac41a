#include <shikumi/nn/summary.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace shikumi::nn {

namespace {

using Row = std::array<std::string, 3>;

constexpr std::size_t width = 65;
constexpr std::array<std::size_t, 3> column_ends{29, 55, 65};

const Row titles{"Layer (type)", "Output Shape", "Param #"};

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
    char text[32];
    std::snprintf(text, sizeof text, "%.2f ", size);
    return text + std::string(units[unit]);
}

void pad(std::string& line, std::size_t end) {
    if (line.size() < end) line.resize(end, ' ');
}

// One line; a cell that is too long is cut.
std::string cut_row(const Row& cells) {
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
std::string wrapped_row(Row rest) {
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

std::string classic(const ModelSummary& model, SummaryStyle style) {
    const bool ruled = style == SummaryStyle::classic26;
    const bool sized = style == SummaryStyle::classic213;
    const auto rule = [](char c) { return std::string(width, c) + '\n'; };
    const auto row = [&](const Row& cells) { return ruled ? cut_row(cells) : wrapped_row(cells); };
    const auto total = [&](const char* what, const WeightCount& count) {
        return what +
               (sized ? std::to_string(count.params) + " (" + readable(count.bytes, "Byte") + ")"
                      : with_commas(count.params)) +
               '\n';
    };

    std::string text = "Model: \"" + model.name + "\"\n" + rule('_') + row(titles) + rule('=');
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const LayerSummary& layer = model.layers[i];
        text += row({layer.name + " (" + layer.class_name + ")", batch_shape(layer.output),
                     std::to_string(layer.params)});
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
constexpr std::array<std::size_t, 3> box_cells{31, 22, 13};  // 76 columns: a terminal of 80

std::string box_border(const Border& b) {
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

std::string box_row(Row rest, std::string_view bar) {
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
    std::string text = "Model: \"" + model.name + "\"\n" + box_border({"┏", "━", "┳", "┓"}) +
                       box_row(titles, "┃") + box_border({"┡", "━", "╇", "┩"});
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const LayerSummary& layer = model.layers[i];
        if (i > 0) text += box_border({"├", "─", "┼", "┤"});
        text += box_row({layer.name + " (" + layer.class_name + ")", batch_shape(layer.output),
                         with_commas(layer.params)},
                        "│");
    }
    text += box_border({"└", "─", "┴", "┘"});
    const WeightCount all{model.trainable.params + model.frozen.params + model.optimizer.params,
                          model.trainable.bytes + model.frozen.bytes + model.optimizer.bytes};
    text += total(" Total params: ", all) + total(" Trainable params: ", model.trainable) +
            total(" Non-trainable params: ", model.frozen);
    if (model.optimizer.params > 0) text += total(" Optimizer params: ", model.optimizer);
    return text;
}

}  // namespace

std::string to_string(const ModelSummary& model, SummaryStyle style) {
    return style == SummaryStyle::keras3 ? box(model) : classic(model, style);
}

}  // namespace shikumi::nn
