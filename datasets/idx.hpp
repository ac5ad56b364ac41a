// Reading IDX files, the format of MNIST.
#pragma once

#include <filesystem>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// The array in an IDX file, gzipped or not, with the shape and element type that its header names:
/// u8, i32, f32 and f64, of one to eight axes. Format: LeCun, Cortes and Burges, "The MNIST
/// database of handwritten digits" (numbers are big-endian).
///
/// Throws IoError, with path and byte offset, for a file that is missing, empty, truncated, longer
/// than its header says, damaged, of another format or of an element type without a counterpart
/// (i8, i16). A header that promises more than the file can hold is refused before any memory is
/// taken.
Tensor read_idx(const std::filesystem::path& path);

}  // namespace shikumi::datasets
