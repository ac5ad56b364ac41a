// Opening a file of named tensors of any format.
#pragma once

#include <memory>
#include <string>

#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::formats {

/// Opens a file of named tensors, safetensors, npz or HDF5, whichever its first bytes say. Throws
/// IoError for any other file, and as SafetensorsFile, NpzFile and Hdf5File do.
std::unique_ptr<TensorFile> open_tensor_file(const std::string& path,
                                             const FileBudget& budget = {});

}  // namespace shikumi::formats
