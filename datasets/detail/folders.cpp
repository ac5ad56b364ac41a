#include <shikumi/datasets/detail/folders.hpp>

#include <algorithm>
#include <cstdlib>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::datasets::detail {
namespace fs = std::filesystem;

namespace {

// In order; none where the folder can't be read.
std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code ended;
    for (fs::directory_iterator at(folder, ended), end; !ended && at != end; at.increment(ended))
        names.push_back(at->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::string contents_of(const fs::path& folder) {
    constexpr std::size_t most = 12;
    if (!is_there(folder)) return "there is no " + folder.string();
    const std::vector<std::string> names = names_in(folder);
    std::string text = folder.string() + " holds " + (names.empty() ? "nothing" : "");
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
        text += (i > 0 ? ", " : "") + names[i];
    return text + (names.size() > most ? ", …" : "");
}

}  // namespace

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

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

// A folder may have the name of the file in it, as some archives unpack.
fs::path gzipped_or_plain(const fs::path& gzipped) {
    const fs::path plain = fs::path(gzipped).replace_extension();
    for (const fs::path& file : {gzipped, plain, plain / plain.filename()}) {
        std::error_code ignored;
        if (fs::is_regular_file(file, ignored)) return file;
    }
    return {};
}

fs::path want_file(std::string_view reader, const fs::path& folder,
                   const std::vector<std::string>& gzipped) {
    for (const std::string& name : gzipped) {
        if (fs::path found = gzipped_or_plain(folder / name); !found.empty()) return found;
    }
    const std::string plain = fs::path(gzipped.front()).replace_extension().string();
    fail<IoError>(reader, "there is no ", plain,
                  ", gzipped or not: ", contents_of(std::vector{folder}));
}

std::string list_of(const std::vector<fs::path>& folders) {
    std::string list;
    for (const fs::path& folder : folders) list += (list.empty() ? "" : ", ") + folder.string();
    return list;
}

std::string contents_of(const std::vector<fs::path>& folders) {
    std::string text;
    for (const fs::path& folder : folders) text += (text.empty() ? "" : "; ") + contents_of(folder);
    return text;
}

}  // namespace shikumi::datasets::detail
