#include <shikumi/plot/detail/text.hpp>

#include <cstddef>
#include <cstdint>

#include <shikumi/autograd/core/decimal.hpp>

namespace shikumi::plot::detail {

namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Of DejaVu Sans, the widest of the fonts, as a share of the size.
double width_of(std::string_view letter) {
    const auto c = static_cast<unsigned char>(letter.front());
    if (c >= 0xE3) return 1.05;  // from U+3000 on: scripts with square letters
    if (c >= 0x80) return 0.7;
    if (std::string_view(" ijl.,:;'|!()[]ftrI-").find(letter) != std::string_view::npos) return 0.4;
    if (std::string_view("mwMW@%+=<>").find(letter) != std::string_view::npos) return 0.92;
    return c >= 'A' && c <= 'Z' ? 0.7 : 0.64;
}

std::size_t letter_size(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    while (end < text.size() && continues(text[end])) ++end;
    return end - at;
}

}  // namespace

double text_width(std::string_view utf8, int size) {
    double width = 0;
    for (std::size_t i = 0; i < utf8.size();) {
        const std::size_t n = letter_size(utf8, i);
        width += width_of(utf8.substr(i, n)) * size;
        i += n;
    }
    return width;
}

std::string fitting(std::string_view utf8, int size, double width) {
    if (text_width(utf8, size) <= width) return std::string(utf8);
    double used = size;  // of the dots
    std::size_t end = 0;
    while (end < utf8.size()) {
        const std::size_t n = letter_size(utf8, end);
        used += width_of(utf8.substr(end, n)) * size;
        if (used > width) break;
        end += n;
    }
    return std::string(utf8.substr(0, end)) + "…";
}

std::string coordinate(double value) {
    std::string text = shikumi::detail::fixed(value, 1);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text == "-0" ? "0" : text;
}

std::string short_number(double value) {
    std::string text = shikumi::detail::significant(value, 4);
    if (text.starts_with('-')) text.replace(0, 1, "−");
    return text;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            const unsigned char byte =
                i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0;
            group = group << 8 | byte;
        }
        for (std::size_t k = 0; k < 4; ++k)
            out += i + k <= bytes.size() ? digits[group >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

}  // namespace shikumi::plot::detail
