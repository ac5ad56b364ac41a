// Writing results.
#pragma once

#include <filesystem>
#include <string_view>

namespace examples {

// Puts `text` into the file, whose folder is made. The file is replaced in one go: it is never half
// written. Throws shikumi::IoError.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace examples
