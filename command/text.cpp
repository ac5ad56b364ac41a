#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <shikumi/autograd/core/letters.hpp>

namespace command {

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n')
            out += "; ";
        else
            out += byte < 0x20 || byte == 0x7F ? '?' : c;
    }
    while (out.ends_with("; ")) out.resize(out.size() - 2);
    return out;
}

std::string shortened(const std::string& text, std::size_t most) {
    if (shikumi::detail::letters(text) <= most) return text;
    std::size_t letters = 0, end = 0;
    while (end < text.size()) {
        if ((text[end] & 0xC0) != 0x80 && letters++ == most - 1) break;
        ++end;
    }
    return text.substr(0, end) + "…";
}

std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
    return text;
}

std::string short_number(double number) {
    std::array<char, 32> text;
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::general, 4)
            .ptr;
    return {text.data(), end};
}

std::string table(const std::vector<std::vector<std::string>>& rows,
                  const std::vector<bool>& right) {
    std::vector<std::size_t> widths(right.size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], shikumi::detail::letters(row[i]));
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string blanks(widths[i] - shikumi::detail::letters(row[i]), ' ');
            line += (i > 0 ? "  " : "") + (right[i] ? blanks + row[i] : row[i] + blanks);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

}  // namespace command
