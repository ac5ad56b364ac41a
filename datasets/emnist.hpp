// EMNIST: handwritten digits and letters.
#pragma once

#include <shikumi/datasets/labelled.hpp>
#include <string>

namespace shikumi::datasets {

/// The parts of EMNIST, by their classes.
enum class EmnistPart {
    balanced,  ///< 47: as by_merge, as many samples of each
    by_class,  ///< 62: digits, capital and small letters
    by_merge,  ///< 47: small letters that look like capitals count as these
    letters,   ///< 26: A to Z, capital or small
    digits,    ///< 10
    mnist,     ///< 10: the digits of MNIST, cut anew
};

/// A part of EMNIST (Cohen, Afshar, Tapson and van Schaik, 2017) from its four IDX files under
/// their original names, `emnist-letters-train-images-idx3-ubyte` and so on, each gzipped or not,
/// in `folder`: images (n, 28, 28) u8, labels (n,) i64 from 0, also for letters, whose files count
/// from
/// 1. The files hold columns where MNIST has rows; the images that come back stand upright. Nothing
/// is downloaded.
///
/// Throws IoError that lists what lies in the folder where a file is missing, and as `read_idx`
/// does for damaged ones.
ImageSet emnist(const std::string& folder, EmnistPart part = EmnistPart::balanced);

}  // namespace shikumi::datasets
