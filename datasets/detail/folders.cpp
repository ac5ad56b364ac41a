#include <shikumi/datasets/detail/folders.hpp>

#include <cstdlib>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::datasets::detail {
namespace fs = std::filesystem;

fs::path from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? fs::path(value) : fs::path();
}

fs::path cache_folder() {
    // The XDG rules tell us to ignore a relative path.
    if (const fs::path cache = from_environment("XDG_CACHE_HOME"); cache.is_absolute())
        return cache / "shikumi";
    const fs::path home = from_environment("HOME");
    return home.empty() ? fs::path() : home / ".cache" / "shikumi";
}

std::vector<fs::path> bundled_folders() {
    std::vector<fs::path> folders;
#ifdef SHIKUMI_SOURCE_DATA_DIR
    folders.emplace_back(SHIKUMI_SOURCE_DATA_DIR);
#endif
#ifdef SHIKUMI_INSTALL_DATA_DIR
    folders.emplace_back(SHIKUMI_INSTALL_DATA_DIR);
#endif
    if (fs::path own = from_environment("SHIKUMI_DATA"); !own.empty())
        folders.push_back(std::move(own));
    return folders;
}

fs::path bundled_file(std::string_view reader, std::string_view name) {
    const std::vector<fs::path> folders = bundled_folders();
    for (const fs::path& folder : folders) {
        if (is_there(folder / name)) return folder / name;
    }
    fail<IoError>(reader, name, " is not in ", folders.empty() ? "any folder" : list_of(folders),
                  "; set SHIKUMI_DATA to the folder that holds it");
}

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

fs::path gzipped_or_plain(const fs::path& gzipped) {
    if (is_there(gzipped)) return gzipped;
    const fs::path plain = fs::path(gzipped).replace_extension();
    return is_there(plain) ? plain : fs::path();
}

std::string list_of(const std::vector<fs::path>& folders) {
    std::string list;
    for (const fs::path& folder : folders) list += (list.empty() ? "" : ", ") + folder.string();
    return list;
}

}  // namespace shikumi::datasets::detail
