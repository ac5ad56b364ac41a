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

/// Whether there is such a file or folder.
bool is_there(const std::filesystem::path& path);

/// The file `gzipped`, "NAME.gz", or else NAME; empty where there is neither.
std::filesystem::path gzipped_or_plain(const std::filesystem::path& gzipped);

/// The first of some files, "NAME.gz" or else NAME, that `folder` has. Throws IoError beginning
/// with `reader` that lists what it has instead.
std::filesystem::path want_file(std::string_view reader, const std::filesystem::path& folder,
                                const std::vector<std::string>& gzipped);

/// "FOLDER holds a, b, …" for each folder, for the errors.
std::string contents_of(const std::vector<std::filesystem::path>& folders);

/// "a, b, c" for the errors.
std::string list_of(const std::vector<std::filesystem::path>& folders);

}  // namespace shikumi::datasets::detail
