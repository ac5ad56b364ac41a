#include <shikumi/formats/detail/beside.hpp>

#include <system_error>

namespace shikumi::formats::detail {

namespace fs = std::filesystem;

std::string_view refused_beside(const fs::path& folder, const std::string& name) {
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of(std::string_view("/\\\0", 3)) != name.npos)
        return "which is not a file in the model's folder: no other one is read";
    std::error_code error;
    const fs::file_status status = fs::symlink_status(folder / name, error);
    if (fs::is_symlink(status)) return "which is a link: only files are read";
    return fs::is_regular_file(status) ? "" : "which is not there";
}

}  // namespace shikumi::formats::detail
