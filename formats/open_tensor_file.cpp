#include <shikumi/formats/open_tensor_file.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/input_file.hpp>
#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/formats/npz.hpp>
#include <shikumi/formats/safetensors.hpp>

namespace shikumi::formats {

std::unique_ptr<TensorFile> open_tensor_file(const std::string& path, const FileBudget& budget) {
    const detail::InputFile file("open_tensor_file", path);
    const std::string start = file.text_at(0, std::min<std::uint64_t>(file.size(), 9));
    if (start.starts_with("\x89HDF")) return std::make_unique<Hdf5File>(path, budget);
    if (start.starts_with("PK")) return std::make_unique<NpzFile>(path, budget);
    if (start.size() == 9 && start[8] == '{')
        return std::make_unique<SafetensorsFile>(path, budget);
    fail<IoError>("open_tensor_file", path, " is neither a safetensors file nor an .npz nor an HDF5 file");
}

}  // namespace shikumi::formats
