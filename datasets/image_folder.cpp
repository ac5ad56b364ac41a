#include <filesystem>
#include <shikumi/datasets/image_folder.hpp>

#include <algorithm>
#include <memory>
#include <string_view>
#include <system_error>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::datasets {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view image_folder_name = "ImageFolder";

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool is_picture(const fs::path& path) {
    std::string extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return !is_hidden(path) && (extension == ".png" || extension == ".jpg" || extension == ".jpeg");
}

// What is in a folder, in order, and below it too where `all`.
template <class Iterator>
std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> list;
    std::error_code error;
    for (Iterator at(folder, error), end; !error && at != end; at.increment(error))
        list.push_back(at->path());
    if (error)
        fail<IoError>(image_folder_name, folder.string(), " can't be read: ", error.message());
    std::ranges::sort(list);
    return list;
}

Tensor picture(const fs::path& path, const ImageFolderOptions& options) {
    const Tensor pixels = read_image(path, options.image).cast(f32);
    if (!options.size) return pixels;
    const PerAxis size{options.size->rows, options.size->columns};
    return squeeze(resize(expand_dims(pixels, 0), size, options.interpolation), 0);
}

}  // namespace

ImageFolder::ImageFolder(const std::string& folder, const ImageFolderOptions& options)
    : options_(options) {
    if (options.size && (options.size->rows <= 0 || options.size->columns <= 0))
        fail<ValueError>(image_folder_name, "can't resize to ", options.size->rows, " x ",
                         options.size->columns, " pixels");
    if (options.image.color == ColorMode::as_stored)
        fail<ValueError>(image_folder_name, "pictures want the same channels: grayscale or rgb");
    for (const fs::path& inner : entries<fs::directory_iterator>(folder)) {
        std::error_code ignored;
        if (is_hidden(inner) || !fs::is_directory(inner, ignored)) continue;
        const std::size_t before = files_.size();
        for (const fs::path& file : entries<fs::recursive_directory_iterator>(inner)) {
            if (is_picture(file) && fs::is_regular_file(file, ignored)) files_.push_back(file);
        }
        if (files_.size() == before)
            fail<IoError>(image_folder_name, inner.string(), " has neither PNG nor JPEG files");
        labels_.resize(files_.size(), static_cast<Index>(class_names_.size()));
        class_names_.push_back(inner.filename().string());
    }
    if (files_.empty())
        fail<IoError>(image_folder_name, folder, " has no folders, which would be the classes");
}

Loader ImageFolder::loader() const {
    const auto folder = std::make_shared<const ImageFolder>(*this);
    return Loader(static_cast<Index>(files_.size()), [folder](Index number) {
        const auto i = static_cast<std::size_t>(number);
        return Sample(picture(folder->files_[i], folder->options_),
                      full(Shape(), folder->labels_[i], i64));
    });
}

}  // namespace shikumi::datasets
