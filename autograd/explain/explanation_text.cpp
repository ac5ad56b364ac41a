// An explanation as a table of text.
#include <algorithm>
#include <array>

#include <shikumi/autograd/core/letters.hpp>
#include <shikumi/autograd/explain/detail/value_lines.hpp>
#include <shikumi/autograd/explain/explain.hpp>

namespace shikumi {

namespace {

using Lines = std::vector<std::string>;
// What was done, its value, its adjoint, differences.
using Row = std::array<Lines, 4>;

Row text_row(const Explanation::Step& step) {
    Row row;
    row[0].push_back(step.rule.empty() ? step.name : step.rule);
    for (const std::string& local : step.locals) row[0].push_back("  " + local);
    row[1] = detail::value_lines(step.value);
    if (!step.adjoint.defined()) return row;
    row[2] = detail::value_lines(step.adjoint);
    row[2].insert(row[2].begin(), step.adjoint_rule);
    row[3] = detail::value_lines(step.difference);
    row[3].insert(row[3].begin(), "");
    return row;
}

void append(std::string& text, const Row& row, const std::array<std::size_t, 4>& widths) {
    const auto height = std::ranges::max(row, {}, &Lines::size).size();
    for (std::size_t line = 0; line < height; ++line) {
        std::string whole;
        for (std::size_t column = 0; column < row.size(); ++column) {
            const Lines& cell = row[column];
            const std::string part = line < cell.size() ? cell[line] : "";
            whole += part + std::string(widths[column] + 3 - detail::letters(part), ' ');
        }
        whole.erase(whole.find_last_not_of(' ') + 1);
        text += whole + "\n";
    }
}

}  // namespace

std::string Explanation::text() const {
    std::vector<Row> rows{Row{Lines{"step"}, Lines{"value"},
                              Lines{"adjoint δv = ∂" + result().name + "/∂v"},
                              Lines{"by differences"}}};
    std::ranges::transform(steps, std::back_inserter(rows), text_row);
    std::array<std::size_t, 4> widths{};
    for (const Row& row : rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            for (const std::string& line : row[column])
                widths[column] = std::max(widths[column], detail::letters(line));
        }
    }
    std::string text, rule;
    append(text, rows.front(), widths);
    for (const std::size_t width : widths) {
        for (std::size_t i = 0; i < width; ++i) rule += "─";
        rule += "   ";
    }
    rule.erase(rule.find_last_not_of(' ') + 1);
    text += rule + "\n";
    for (std::size_t i = 1; i < rows.size(); ++i) {
        if (i > 1) text += "\n";
        append(text, rows[i], widths);
    }
    return text;
}

}  // namespace shikumi
