#include <shikumi/formats/open_tensor_file.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/file_format.hpp>
#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/formats/npz.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/formats/torch_file.hpp>

namespace shikumi::formats {

std::unique_ptr<TensorFile> open_tensor_file(const std::string& path, const FileBudget& budget) {
    switch (const FileFormat format = file_format(path); format) {
        case FileFormat::safetensors:
            return std::make_unique<SafetensorsFile>(path, budget);
        case FileFormat::npz:
            return std::make_unique<NpzFile>(path, budget);
        case FileFormat::hdf5:
            return std::make_unique<Hdf5File>(path, budget);
        case FileFormat::torch:
            return std::make_unique<TorchFile>(path, budget);
        default:
            fail<IoError>("open_tensor_file", path,
                          " is neither a safetensors, .npz, HDF5 nor PyTorch file: its format is ",
                          name(format));
    }
}

}  // namespace shikumi::formats
