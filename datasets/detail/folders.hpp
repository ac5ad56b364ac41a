// The folders that hold data on this machine.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace shikumi::datasets::detail {

/// `$name` as a path; empty where it isn't set.
std::filesystem::path from_environment(const char* name);

/// The user's cache, `$XDG_CACHE_HOME/shikumi` or `~/.cache/shikumi`; empty without a home.
std::filesystem::path cache_folder();

/// The folders that may hold the library's own data: the source tree, the installed data,
/// `$SHIKUMI_DATA`.
std::vector<std::filesystem::path> bundled_folders();

/// The bundled file `name`. Throws IoError listing the folders where it isn't.
std::filesystem::path bundled_file(std::string_view reader, std::string_view name);

/// Whether there is such a file or folder.
bool is_there(const std::filesystem::path& path);

/// The file `gzipped`, "NAME.gz", or else NAME; empty where there is neither.
std::filesystem::path gzipped_or_plain(const std::filesystem::path& gzipped);

/// "a, b, c" for the errors.
std::string list_of(const std::vector<std::filesystem::path>& folders);

}  // namespace shikumi::datasets::detail
