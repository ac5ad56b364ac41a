#include <shikumi/datasets/text.hpp>

#include <array>
#include <span>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/datasets/detail/folders.hpp>
#include <shikumi/datasets/detail/input.hpp>

namespace shikumi::datasets {
namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
    detail::Input input("read_text", path);
    std::string text;
    std::array<char, 1 << 16> part;
    while (const std::size_t n = input.read_some(std::as_writable_bytes(std::span(part))))
        text.append(part.data(), n);
    return text;
}

std::string shakespeare(const fs::path& data) {
    const fs::path folder = data.empty() ? detail::from_environment("SHIKUMI_DATA") : data;
    if (folder.empty())
        fail<IoError>(
            "shakespeare",
            "set SHIKUMI_DATA to the folder that holds tinyshakespeare.txt.gz, or name it");
    for (const char* name : {"tinyshakespeare.txt.gz", "tinyshakespeare.txt"}) {
        std::error_code ignored;
        if (fs::exists(folder / name, ignored)) return read_text(folder / name);
    }
    fail<IoError>("shakespeare", "neither tinyshakespeare.txt.gz nor tinyshakespeare.txt is in ",
                  folder.string());
}

}  // namespace shikumi::datasets
