// Pictures and their labels in two IDX files, as MNIST and its successors have them.
#pragma once

#include <filesystem>
#include <string_view>

#include <shikumi/datasets/labelled.hpp>

namespace shikumi::datasets::detail {

/// What the labels of a file may be.
struct LabelRange {
    int first = 0;  ///< becomes 0
    int classes = 10;
};

/// Pictures (n, 28, 28) u8 and labels (n,) i64 from 0. Throws IoError beginning with `reader` for
/// arrays of other forms and labels outside the range.
Images read_idx_images(std::string_view reader, const std::filesystem::path& images,
                       const std::filesystem::path& labels, const LabelRange& range);

}  // namespace shikumi::datasets::detail
