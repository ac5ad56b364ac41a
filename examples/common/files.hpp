// Writes results to files.
#pragma once

#include <filesystem>
#include <string_view>

namespace examples {

// Writes `text` to the file and creates its folder. The file is replaced atomically. Throws
// shikumi::IoError.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace examples
