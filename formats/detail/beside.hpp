// Files that another file names.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace shikumi::formats::detail {

/// Why the file of that name isn't read for one in `folder`, such as "which is not there"; empty
/// where it is: names with a folder in them, links, and what isn't a file are refused.
std::string_view refused_beside(const std::filesystem::path& folder, const std::string& name);

}  // namespace shikumi::formats::detail
