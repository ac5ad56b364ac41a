#include <shikumi/formats/detail/elements.hpp>

#include <bit>
#include <span>

#include <shikumi/formats/detail/byte_order.hpp>

namespace shikumi::formats::detail {

std::string_view little_endian_elements(const StoredTensor& tensor, std::string& swapped) {
    const std::string_view bytes(reinterpret_cast<const char*>(tensor.bytes().data()),
                                 tensor.bytes().size());
    if constexpr (std::endian::native == std::endian::little) return bytes;
    swapped = bytes;
    swap_unless_little(std::as_writable_bytes(std::span(swapped)), size_of(tensor.type()));
    return swapped;
}

void write_elements(shikumi::detail::NewFile& file, const StoredTensor& tensor) {
    std::string swapped;
    file.write(little_endian_elements(tensor, swapped));
}

}  // namespace shikumi::formats::detail
