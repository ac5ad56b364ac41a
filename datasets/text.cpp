#include <shikumi/datasets/text.hpp>

#include <filesystem>
#include <limits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/datasets/detail/folders.hpp>
#include <shikumi/datasets/detail/input.hpp>

namespace shikumi::datasets {
namespace fs = std::filesystem;

std::string read_text(const std::string& path) {
    detail::Input input("read_text", path);
    return input.read_all("the text", std::numeric_limits<std::size_t>::max());
}

std::string shakespeare(const std::string& data) {
    const fs::path folder =
        data.empty() ? detail::from_environment("SHIKUMI_DATA") : fs::path(data);
    if (folder.empty())
        fail<IoError>(
            "shakespeare",
            "set SHIKUMI_DATA to the folder that holds tinyshakespeare.txt.gz, or name it");
    const fs::path file = detail::gzipped_or_plain(folder / "tinyshakespeare.txt.gz");
    if (!file.empty()) return read_text(file);
    fail<IoError>("shakespeare", "neither tinyshakespeare.txt.gz nor tinyshakespeare.txt is in ",
                  folder.string(), "; ", detail::contents_of({folder}));
}

}  // namespace shikumi::datasets
