#include <shikumi/datasets/mnist.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include <shikumi/datasets/detail/folders.hpp>
#include <shikumi/datasets/detail/idx_images.hpp>

namespace shikumi::datasets {
namespace {

namespace fs = std::filesystem;

struct File {
    std::string_view name;
    std::uint64_t size;  // gzipped
    std::string_view sha256;
};
constexpr File files[] = {
    {"train-images-idx3-ubyte.gz", 9719438,
     "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971"},
    {"train-labels-idx1-ubyte.gz", 28881,
     "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
    {"t10k-images-idx3-ubyte.gz", 1648877,
     "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
    {"t10k-labels-idx1-ubyte.gz", 4542,
     "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"},
};

// Under its original name, gzipped or not, or with the point that many unpacked copies have for the
// second hyphen. Empty where it isn't there.
fs::path in_folder(const fs::path& folder, const File& file) {
    std::string name(file.name);
    if (fs::path found = detail::gzipped_or_plain(folder / name); !found.empty()) return found;
    name[name.find("-idx")] = '.';
    return detail::gzipped_or_plain(folder / name);
}

bool has_all(const fs::path& folder) {
    return std::all_of(std::begin(files), std::end(files),
                       [&](const File& file) { return !in_folder(folder, file).empty(); });
}

std::vector<fs::path> folders(const MnistOptions& options) {
    std::vector<fs::path> list;
    const auto add = [&](const fs::path& folder) {
        if (!folder.empty())
            list.insert(list.end(), {folder, folder / "mnist", folder / "MNIST" / "raw"});
    };
    add(options.data);
    if (!options.data.empty()) return list;
    add(detail::from_environment("SHIKUMI_DATA"));
    if (const fs::path cache = detail::cache_folder(); !cache.empty())
        list.push_back(cache / "mnist");
    return list;
}

// Fetches `file` from the first mirror that has it; the last one's error goes out.
void fetch(const File& file, const fs::path& folder, const MnistOptions& options) {
    for (std::size_t i = 0; i < options.mirrors.size(); ++i) {
        try {
            return download(options.mirrors[i] + std::string(file.name), folder / file.name,
                            {.sha256 = std::string(file.sha256),
                             .max_bytes = file.size,
                             .on_progress = options.on_progress});
        } catch (const IoError&) {
            if (i + 1 == options.mirrors.size()) throw;
        }
    }
}

// Makes the cache complete.
fs::path fetch_all(const MnistOptions& options) {
    const fs::path folder = detail::cache_folder() / "mnist";
    for (const File& file : files) {
        if (in_folder(folder, file).empty()) fetch(file, folder, options);
    }
    return folder;
}

// Why nothing is to be fetched; empty where there is no reason not to.
std::string_view obstacle(const MnistOptions& options) {
    if (!options.data.empty()) return "nothing is downloaded into a folder that the user names";
    if (!options.download) return "downloading is switched off";
    if (!can_download()) return "this library was built without libcurl";
    if (detail::cache_folder().empty()) return "neither XDG_CACHE_HOME nor HOME names a cache";
    if (options.mirrors.empty()) return "there is no mirror to fetch them from";
    return "";
}

// The folder that has all four files.
fs::path find(const MnistOptions& options) {
    const std::vector<fs::path> looked_in = folders(options);
    const auto found = std::find_if(looked_in.begin(), looked_in.end(), has_all);
    if (found != looked_in.end()) return *found;

    std::string why(obstacle(options));
    if (why.empty()) {
        try {
            return fetch_all(options);
        } catch (const IoError& error) {
            why = error.what();
        }
    }
    std::string names;
    for (const File& file : files) names += (names.empty() ? "" : ", ") + std::string(file.name);
    fail<IoError>("mnist", "the files ", names, " are not together in ", detail::list_of(looked_in),
                  "; ", detail::contents_of(looked_in), "; ", why,
                  "; put them into one of these folders");
}

Images read_images(const fs::path& folder, const File& image_file, const File& label_file) {
    return detail::read_idx_images("mnist", in_folder(folder, image_file),
                                   in_folder(folder, label_file), {.classes = 10});
}

}  // namespace

Mnist mnist(const MnistOptions& options) {
    const fs::path folder = find(options);
    return {read_images(folder, files[0], files[1]), read_images(folder, files[2], files[3])};
}

Tensor scale_pixels(const Tensor& images, float largest) {
    if (images.dtype() != u8)
        fail<DTypeError>("scale_pixels", "u8 pixels are wanted, got ", images.spec());
    const Array pixels = images.array();
    Array scaled({pixels.shape(), f32});
    const auto from = pixels.data<std::uint8_t>();
    const auto to = scaled.mutable_data<float>();
    std::transform(from.begin(), from.end(), to.begin(),
                   [=](std::uint8_t v) { return static_cast<float>(v) / largest; });
    return Tensor(scaled);
}

}  // namespace shikumi::datasets
