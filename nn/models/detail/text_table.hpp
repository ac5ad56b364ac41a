// Tables of text, as Keras 2 and Keras 3 draw them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace shikumi::nn::detail {

/// The cells of a row.
using Row = std::vector<std::string>;

/// What a table does with a cell that is too long.
enum class LongCells {
    cut,     ///< its end is missing
    shift,   ///< it goes on in the next line, and moves the cells beside it by one character
    aligned  ///< it goes on in the next line
};

/// Columns without borders, with rules between the rows where cells are cut.
class ClassicTable {
public:
    /// The columns end at these characters.
    ClassicTable(std::vector<std::size_t> ends, LongCells long_cells)
        : ends_(std::move(ends)), long_cells_(long_cells) {}

    /// A row that stands `depth` brackets deep.
    std::string row(const Row& cells, std::size_t depth) const;
    /// A line of this character.
    std::string rule(std::string_view character) const;
    /// What stands between two rows.
    std::string gap(std::size_t depth) const;
    /// The line that opens or closes a bracket of inner rows, `sides` deep.
    std::string bracket(std::size_t depth, std::size_t sides) const;

private:
    std::string cut(const Row& cells, std::size_t depth) const;
    std::string wrapped(Row rest, std::size_t depth) const;

    bool ruled() const { return long_cells_ == LongCells::cut; }

    std::vector<std::size_t> ends_;
    LongCells long_cells_;
};

/// Columns in a box. Cells are wrapped between words; a word that is too long ends in an ellipsis.
/// The third column stands on the right, a fifth or last one called "Trainable" in the middle.
class BoxTable {
public:
    /// The columns end at these characters, before borders and gaps are taken off all of them.
    BoxTable(Row titles, const std::vector<std::size_t>& ends);
    void add(Row row) { rows_.push_back(std::move(row)); }
    /// The whole table.
    std::string text() const;

private:
    std::string border(const std::vector<std::string_view>& parts) const;
    std::string drawn(const Row& row, std::string_view bar, bool is_title) const;

    Row titles_;
    std::vector<std::size_t> widths_;  // of the text in each column
    std::vector<Row> rows_;
};

}  // namespace shikumi::nn::detail
