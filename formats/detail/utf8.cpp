#include <shikumi/formats/detail/utf8.hpp>

#include <cstddef>

namespace shikumi::formats::detail {

namespace {

constexpr std::uint32_t last_code = 0x10FFFF;

constexpr bool is_half(std::uint32_t code) { return code >= 0xD800 && code <= 0xDFFF; }

}  // namespace

bool is_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t bytes = first < 0x80             ? 1
                                  : (first & 0xE0) == 0xC0 ? 2
                                  : (first & 0xF0) == 0xE0 ? 3
                                  : (first & 0xF8) == 0xF0 ? 4
                                                           : 0;
        if (bytes == 0 || bytes > text.size() - i) return false;
        std::uint32_t code = bytes == 1 ? first : first & (0x7Fu >> bytes);
        for (std::size_t k = 1; k < bytes; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xC0) != 0x80) return false;
            code = code << 6 | (next & 0x3Fu);
        }
        constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        if (code < least[bytes] || code > last_code || is_half(code)) return false;
        i += bytes;
    }
    return true;
}

void append_utf8(std::string& text, std::uint32_t code) {
    const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) return add(code);
    if (code > last_code || is_half(code)) return add(0xFF);
    if (code < 0x800) {
        add(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        add(0xE0 | code >> 12);
        add(0x80 | (code >> 6 & 0x3F));
    } else {
        add(0xF0 | code >> 18);
        add(0x80 | (code >> 12 & 0x3F));
        add(0x80 | (code >> 6 & 0x3F));
    }
    add(0x80 | (code & 0x3F));
}

}  // namespace shikumi::formats::detail
