// How wide a text is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace shikumi::detail {

/// The letters of a text in UTF-8, whose bytes behind the first of a letter don't count: the
/// columns that it takes, where each letter takes one.
inline std::size_t letters(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

}  // namespace shikumi::detail
