// What a file is, by its content.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shikumi::formats {

/// A format that files of tensors or models have.
enum class FileFormat : std::uint8_t {
    unknown,
    safetensors,  ///< which whole models of this library are, too
    npy,          ///< one array of NumPy
    npz,          ///< named arrays of NumPy
    json,         ///< such as an architecture by Keras's `to_json`
    hdf5,         ///< Keras's .h5 and .weights.h5
    keras,        ///< Keras 3's archive
    onnx,         ///< a graph of operators with its weights
    tfjs,         ///< a layers-model of TensorFlow.js, whose weights lie beside it
    torch,        ///< PyTorch's archive, or one of its older forms
};

/// The name of a format for people: "PyTorch archive".
std::string_view name(FileFormat format) noexcept;

/// The format that a file's first bytes say, of a zip archive its members. That the file is whole
/// is for its reader to find out. Throws IoError where the file can't be read, or is a zip archive
/// that is damaged, and for every zip archive where the library was built without libzip. Errors
/// begin with `who`.
FileFormat file_format(const std::string& path, std::string_view who = "file_format");

}  // namespace shikumi::formats
