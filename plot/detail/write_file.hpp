// Files of pictures.
#pragma once

#include <filesystem>
#include <string_view>

namespace shikumi::plot::detail {

/// Writes a file, which replaces an older one when it is complete, and makes its folder. Throws
/// IoError, beginning with `caller`.
void write_file(std::string_view caller, const std::filesystem::path& file, std::string_view bytes);

}  // namespace shikumi::plot::detail
