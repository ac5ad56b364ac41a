// MNIST: 70,000 handwritten digits.
#pragma once

#include <string>
#include <vector>

#include <shikumi/datasets/download.hpp>
#include <shikumi/datasets/labelled.hpp>

namespace shikumi::datasets {

/// Where `mnist` looks for its files.
struct MnistOptions {
    /// The only folder to read, or one with a folder `mnist`; empty: the usual ones.
    std::string data = {};
    bool download = true;               ///< fetch files that are in no folder
    DownloadProgress on_progress = {};  ///< called while files are fetched
    /// Addresses from which the four files may be fetched, tried in order.
    std::vector<std::string> mirrors = {
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    };
};

/// The digits in their two parts.
struct Mnist {
    Images train;  ///< 60,000: images (60000, 28, 28) u8, labels (60000,) i64
    Images test;   ///< 10,000, of the same form
};

/// MNIST, from its four IDX files under their original names, `train-images-idx3-ubyte` and so on,
/// or `train-images.idx3-ubyte`, each gzipped or not. They are looked for in `options.data` alone
/// where it is given, and its folders `mnist` and `MNIST/raw`; otherwise in `$SHIKUMI_DATA`, the
/// same two folders of it, and the user's cache (`$XDG_CACHE_HOME/shikumi/mnist` or
/// `~/.cache/shikumi/mnist`), and fetched to the cache, checked by their SHA-256, where they are in
/// none of these.
///
/// Throws IoError that lists the folders and what lies there where the files are nowhere and can't
/// be fetched, and as `read_idx` does for damaged files.
Mnist mnist(const MnistOptions& options = {});

/// u8 images as f32 from 0 to 1: x / largest. Throws DTypeError for other dtypes.
Tensor scale_pixels(const Tensor& images, float largest = 255);

}  // namespace shikumi::datasets
