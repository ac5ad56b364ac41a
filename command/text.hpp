// Texts for the terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace command {

// A text from a file or an error on one line: lines are joined by "; ", and other control
// characters, which a terminal might obey, become "?".
std::string one_line(std::string_view text);

// The first `most` letters of a text, and "…" where there are more.
std::string shortened(const std::string& text, std::size_t most);

// 1,234,567
std::string grouped(std::uint64_t number);

// A number with so many digits as tell it from its neighbours: 0.001, 3.2e-07.
std::string short_number(double number);

// Rows of cells, the first of which is the heading, as columns. `right` tells which columns are
// aligned to the right.
std::string table(const std::vector<std::vector<std::string>>& rows,
                  const std::vector<bool>& right);

}  // namespace command
