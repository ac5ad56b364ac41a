#include <shikumi/nn/models/detail/text_table.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <shikumi/autograd/core/letters.hpp>

namespace shikumi::nn::detail {

namespace {

using shikumi::detail::letters;

std::string repeated(std::string_view what, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += what;
    return text;
}

bool any_left(const Row& cells) {
    return std::any_of(cells.begin(), cells.end(), [](const auto& cell) { return !cell.empty(); });
}

}  // namespace

// ---- Keras 2 ------------------------------------------------------------------------------------

std::string ClassicTable::row(const Row& cells, std::size_t depth) const {
    return ruled() ? cut(cells, depth) : wrapped(cells, depth);
}

std::string ClassicTable::rule(std::string_view character) const {
    return repeated(character, ends_.back()) + '\n';
}

std::string ClassicTable::gap(std::size_t depth) const {
    const std::string side = repeated("|", depth);
    return side + repeated(ruled() ? "_" : " ", ends_.back() - 2 * depth) + side + '\n';
}

std::string ClassicTable::bracket(std::size_t depth, std::size_t sides) const {
    const std::string side = repeated("|", sides);
    return side + repeated("¯", ends_.back() - 2 * depth) + side + '\n';
}

std::string ClassicTable::cut(const Row& cells, std::size_t depth) const {
    std::string line = repeated("|", depth) + (depth > 0 ? " " : "");
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line.back() = ' ';
        line += cells[i];
        line.resize(ends_[i] - depth, ' ');
    }
    return line + repeated("|", depth) + '\n';
}

// As many lines as the longest cell takes; lines are broken after the end of a tuple if there is
// one.
std::string ClassicTable::wrapped(Row rest, std::size_t depth) const {
    const std::string side = repeated("|", depth);
    const bool aligned = long_cells_ == LongCells::aligned;
    std::string text;
    while (any_left(rest)) {
        std::string line = side + " ";
        for (std::size_t i = 0; i < rest.size(); ++i) {
            const bool last = i + 1 == rest.size();
            const std::size_t gap = last ? 0 : 2;
            std::size_t room = ends_[i] - (i > 0 ? ends_[i - 1] : 0) - gap;
            if (aligned && !last) room -= i == 0 ? 1 + depth : 1;
            for (const std::string_view end : {"),", "},", "],", "',"}) {
                const std::size_t found = std::string_view(rest[i]).substr(0, room).find(end);
                if (found != std::string_view::npos) room = found + end.size();
            }
            line += rest[i].substr(0, room);
            line.append(gap, ' ');
            rest[i].erase(0, room);
            const std::size_t end = ends_[i] - (aligned && !last ? 0 : depth);
            if (line.size() < end) line.resize(end, ' ');
        }
        text += line + side + '\n';
    }
    return text;
}

// ---- Keras 3 ------------------------------------------------------------------------------------

namespace {

// Each column gives up its share of what borders and gaps take: as even as whole numbers can be.
std::vector<std::size_t> narrowed(const std::vector<std::size_t>& ends) {
    const std::size_t columns = ends.size();
    std::size_t excess = 3 * columns + 1, left = columns;
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns; ++i, --left) {
        const double share = static_cast<double>(excess) / static_cast<double>(left);
        const auto given = static_cast<std::size_t>(std::nearbyint(share));  // halves to even
        const std::size_t width = ends[i] - (i > 0 ? ends[i - 1] : 0);
        excess -= given;
        widths.push_back(width > given ? width - given : 1);
    }
    return widths;
}

// Lines of whole words; the blanks before the first word stay.
std::vector<std::string> lines_of(const std::string& cell, std::size_t room) {
    std::vector<std::string> lines{""};
    std::size_t at = 0;
    while (at < cell.size()) {
        std::size_t word = cell.find_first_not_of(' ', at);
        if (word == std::string::npos) break;
        const std::size_t end = std::min(cell.find(' ', word), cell.size());
        const std::string gap = cell.substr(at, word - at), text = cell.substr(word, end - word);
        if (lines.back().empty())
            lines.back() = (lines.size() == 1 ? gap : "") + text;
        else if (letters(lines.back()) + gap.size() + letters(text) <= room)
            lines.back() += gap + text;
        else
            lines.push_back(text);
        at = end;
    }
    for (std::string& line : lines) {
        if (letters(line) <= room) continue;
        while (letters(line) >= room) line.pop_back();
        line += "…";
    }
    return lines;
}

std::string aligned(const std::string& text, std::size_t width, char where) {
    const std::size_t space = width - std::min(width, letters(text));
    const std::size_t before = where == '>' ? space : where == '^' ? space / 2 : 0;
    return std::string(before, ' ') + text + std::string(space - before, ' ');
}

}  // namespace

BoxTable::BoxTable(Row titles, const std::vector<std::size_t>& ends)
    : titles_(std::move(titles)), widths_(narrowed(ends)) {}

std::string BoxTable::border(const std::vector<std::string_view>& parts) const {
    std::string line(parts[0]);
    for (std::size_t i = 0; i < widths_.size(); ++i) {
        line += repeated(parts[1], widths_[i] + 2);
        line += i + 1 < widths_.size() ? parts[2] : parts[3];
    }
    return line + '\n';
}

std::string BoxTable::drawn(const Row& row, std::string_view bar, bool is_title) const {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        cells.push_back(lines_of(row[i], widths_[i]));
        height = std::max(height, cells.back().size());
    }
    std::string text;
    for (std::size_t line = 0; line < height; ++line) {
        text += bar;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool middle = titles_[i] == "Trainable" && !is_title;
            const std::string shown = line < cells[i].size() ? cells[i][line] : "";
            text += " " + aligned(shown, widths_[i], i == 2 ? '>' : middle ? '^' : '<') + " ";
            text += bar;
        }
        text += '\n';
    }
    return text;
}

std::string BoxTable::text() const {
    std::string text =
        border({"┏", "━", "┳", "┓"}) + drawn(titles_, "┃", true) + border({"┡", "━", "╇", "┩"});
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (i > 0) text += border({"├", "─", "┼", "┤"});
        text += drawn(rows_[i], "│", false);
    }
    return text + border({"└", "─", "┴", "┘"});
}

}  // namespace shikumi::nn::detail
