// Texts in UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shikumi::formats::detail {

/// Whether a text is UTF-8: no code above U+10FFFF, no half of a surrogate pair, no longer form
/// than needed.
bool is_utf8(std::string_view text) noexcept;
/// Appends a character by its code; a code that UTF-8 doesn't have gives a text that isn't UTF-8.
void append_utf8(std::string& text, std::uint32_t code);

}  // namespace shikumi::formats::detail
