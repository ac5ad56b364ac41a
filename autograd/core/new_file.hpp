// NewFile: a file that takes its name when it is complete.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace shikumi::detail {

/// A file that is written beside its target and takes the target's name at the end. Without `keep`
/// the target stays as it was, and nothing is left. Devices and pipes are written as they are.
/// All errors are IoErrors that name `caller` and the target.
class NewFile {
public:
    /// Opens a file beside `target`. Throws IoError where it can't be, or the target is read-only.
    NewFile(std::string_view caller, const std::filesystem::path& target);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile();

    /// Appends. Throws IoError where the disk refuses.
    void write(std::string_view bytes);
    /// Gives the file the target's name. Throws IoError where the disk refuses.
    void keep();

private:
    struct Close {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };
    [[noreturn]] void refuse(int error) const;

    std::string caller_;
    std::filesystem::path target_;
    std::filesystem::path partial_;  // empty where the target itself is written, and at the end
    std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace shikumi::detail
