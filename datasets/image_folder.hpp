// ImageFolder: pictures in a folder for each class.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/arguments.hpp>
#include <shikumi/datasets/image.hpp>
#include <shikumi/datasets/loader.hpp>

namespace shikumi::datasets {

/// Sides of a picture in pixels.
struct ImageSize {
    Index rows = 0;     ///< the height
    Index columns = 0;  ///< the width
};

/// How the pictures of a folder are given.
struct ImageFolderOptions {
    std::optional<ImageSize> size = {};  ///< what they are resized to; absent: as they are
    Interpolation interpolation = Interpolation::bilinear;  ///< how they are resized
    ImageOptions image = {};                                ///< how they are read
};

/// The PNG and JPEG files below a folder, whose inner folders are the classes, in the order of
/// their names. Other files, and those whose names begin with a point, are passed over.
class ImageFolder {
public:
    /// Lists the files; reads none of them. Throws IoError for a folder that is missing, has no
    /// folders or a class without pictures; ValueError for a size that isn't positive, or channels
    /// as stored, which could differ from file to file.
    explicit ImageFolder(const std::string& folder, const ImageFolderOptions& options = {});

    /// The names of the inner folders.
    const std::vector<std::string>& class_names() const noexcept { return class_names_; }
    /// All pictures, class by class, in the order of their paths.
    const std::vector<std::string>& files() const noexcept { return files_; }
    /// The number of each picture's class.
    const std::vector<Index>& labels() const noexcept { return labels_; }
    /// The pictures as f32 (rows, columns, channels) from 0 to 255, as Keras's
    /// `image_dataset_from_directory` has them, with their labels, i64 (). They are read when they
    /// are asked for: shuffle first, and give the threads of `prefetch` or `map` the work.
    Loader loader() const;

private:
    std::vector<std::string> class_names_;
    std::vector<std::string> files_;
    std::vector<Index> labels_;
    ImageFolderOptions options_;
};

}  // namespace shikumi::datasets
