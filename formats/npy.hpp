// Arrays in NumPy's format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
#pragma once

#include <shikumi/formats/tensor_file.hpp>
#include <string>

namespace shikumi::formats {

/// The array in an .npy file of version 1, 2 or 3, in either order and either byte order, as a
/// tensor of the dtype that holds its values (`held_as`). Throws IoError, with path and reason, for
/// a file that is missing, truncated, longer than its header says or of another format; for arrays
/// of objects (pickles are never run), texts, dates, complex numbers and structures; past the
/// budget; and for a u64 that i64 can't hold.
Tensor read_npy(const std::string& path, const FileBudget& budget = {});
/// The same elements in the type that the file has. Throws as `read_npy` does.
StoredTensor read_stored_npy(const std::string& path, const FileBudget& budget = {});

/// Writes a tensor, or a StoredTensor, into an .npy file of version 1, row-major and little-endian.
/// The file takes its name when it is complete. Throws DTypeError for a type that NumPy doesn't
/// have, IoError where the file can't be written.
void write_npy(const std::string& path, const StoredTensor& tensor);

}  // namespace shikumi::formats
