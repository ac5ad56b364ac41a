#include <shikumi/formats/npy.hpp>

#include <bit>
#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/formats/detail/elements.hpp>
#include <shikumi/formats/detail/input_file.hpp>
#include <shikumi/formats/detail/npy_header.hpp>

namespace shikumi::formats {

StoredTensor read_stored_npy(const std::string& path, const FileBudget& budget) {
    constexpr std::string_view reader = "read_npy";
    const std::string where = path;
    const detail::InputFile file(reader, path);
    std::uint64_t offset = 0;
    const detail::NextBytes next = [&](std::span<std::byte> out) {
        file.read_at(offset, out);
        offset += out.size();
    };
    const detail::NpyHeader header = detail::read_npy_header(next, file.size(), reader, where);
    if (const std::uint64_t bytes = file.size() - header.size; bytes > budget.bytes)
        fail<IoError>(reader, where, ": its elements take ", bytes,
                      " bytes, which exceeds the budget of ", budget.bytes);
    StoredTensor tensor(header.type, header.shape);
    detail::read_npy_elements(next, header, tensor);
    return tensor;
}

Tensor read_npy(const std::string& path, const FileBudget& budget) {
    const StoredTensor stored = read_stored_npy(path, budget);
    try {
        return stored.tensor();
    } catch (const ValueError& e) {
        fail<IoError>("read_npy", path, ": ", e.what());
    }
}

void write_npy(const std::string& path, const StoredTensor& tensor) {
    const std::string header = detail::npy_header(tensor, "write_npy");
    shikumi::detail::NewFile file("write_npy", path);
    file.write(header);
    detail::write_elements(file, tensor);
    file.keep();
}

}  // namespace shikumi::formats
