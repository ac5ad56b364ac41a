#include "files.hpp"

#include <unistd.h>

#include <fstream>
#include <string>

#include <shikumi/autograd/core/error.hpp>

namespace examples {
namespace fs = std::filesystem;

void write_file(const fs::path& path, std::string_view text) {
    std::error_code error;
    const auto check = [&](std::string_view what) {
        if (error)
            shikumi::fail<shikumi::IoError>("write_file", path.string(), what, error.message());
    };
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    check(": its folder cannot be made: ");

    const fs::path partial = path.string() + ".partial-" + std::to_string(getpid());
    std::ofstream file(partial, std::ios::binary);
    file << text;
    file.close();
    if (file)
        fs::rename(partial, path, error);
    else
        error = std::make_error_code(std::errc::io_error);
    if (error) {
        std::error_code ignored;
        fs::remove(partial, ignored);
    }
    check(" cannot be written: ");
}

}  // namespace examples
