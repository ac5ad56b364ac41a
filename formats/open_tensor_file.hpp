// Opening a file of named tensors of any format.
#pragma once

#include <memory>
#include <string>

#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::formats {

/// Opens a file of named tensors, whichever format its content says (`file_format`): safetensors,
/// npz, HDF5 or PyTorch's. Throws IoError for any other file, and as SafetensorsFile, NpzFile,
/// Hdf5File and TorchFile do.
std::unique_ptr<TensorFile> open_tensor_file(const std::string& path,
                                             const FileBudget& budget = {});

}  // namespace shikumi::formats
