// Reading IDX files, the format of MNIST.
#pragma once

#include <cstdint>
#include <string>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// How an IDX file is read.
struct IdxOptions {
    std::uint64_t max_bytes = std::uint64_t{8} << 30;  ///< larger arrays are refused
};

/// The array in an IDX file, gzipped or not, with the shape and element type that its header names,
/// of one to eight axes. Signed integers of 8 and 16 bits, which no dtype holds, become i32.
/// Format: LeCun, Cortes and Burges, "The MNIST database of handwritten digits" (numbers are
/// big-endian).
///
/// Throws IoError, with path and byte offset, for a file that is missing, empty, truncated, longer
/// than its header says, damaged or of another format. A header that promises more than the file
/// can hold is refused before any memory is taken.
Tensor read_idx(const std::string& path, const IdxOptions& options = {});

}  // namespace shikumi::datasets
