// Names from files in errors.
#pragma once

#include <string>
#include <string_view>

namespace shikumi::formats::detail {

/// The text in single quotes, for an error: cut after 200 bytes, and without control characters.
std::string in_quotes(std::string_view text);

}  // namespace shikumi::formats::detail
