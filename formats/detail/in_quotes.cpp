#include <shikumi/formats/detail/in_quotes.hpp>

namespace shikumi::formats::detail {

std::string in_quotes(std::string_view text) {
    constexpr std::size_t most = 200;
    std::string out = "'";
    for (const char c : text.substr(0, most)) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7F ? '?' : c;
    }
    while (text.size() > most && (out.back() & 0xC0) == 0x80) out.pop_back();  // half a letter
    out += text.size() > most ? "…'" : "'";
    return out;
}

}  // namespace shikumi::formats::detail
