// Fashion-MNIST: 70,000 pictures of clothes.
#pragma once

#include <shikumi/datasets/labelled.hpp>
#include <string>

namespace shikumi::datasets {

/// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017) from its four IDX files, which bear MNIST's
/// names, each gzipped or not, in `folder`: images (n, 28, 28) u8, labels (n,) i64 of ten classes.
/// Nothing is downloaded.
///
/// Throws IoError that lists what lies in the folder where a file is missing, and as `read_idx`
/// does for damaged ones.
ImageSet fashion_mnist(const std::string& folder);

}  // namespace shikumi::datasets
