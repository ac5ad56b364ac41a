// Text inside XML and HTML documents.
#pragma once

#include <string>
#include <string_view>

namespace shikumi::detail {

/// The text with what means something to XML or HTML written otherwise. Control characters, which
/// XML has no place for, are left out, but for tabs and ends of lines.
std::string escaped_markup(std::string_view text);

}  // namespace shikumi::detail
