#include "pictures.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

#include <zlib.h>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace examples {

using namespace shikumi;

namespace {

const Bytef* bytes(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

std::string big_endian(std::uint64_t number) {
    std::string text;
    for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(number >> shift & 0xFF);
    return text;
}

// Length, type, data and checksum: "Portable Network Graphics", ISO/IEC 15948, section 5.3.
std::string chunk(std::string_view type, std::string_view data) {
    const std::string checked = std::string(type) + std::string(data);
    return big_endian(data.size()) + checked +
           big_endian(crc32(0, bytes(checked), static_cast<uInt>(checked.size())));
}

std::string compressed(std::string_view data) {
    uLongf size = compressBound(data.size());
    std::string result(size, '\0');
    if (compress(reinterpret_cast<Bytef*>(result.data()), &size, bytes(data), data.size()) != Z_OK)
        fail<ValueError>("png", "zlib cannot compress ", data.size(), " bytes");
    result.resize(size);
    return result;
}

}  // namespace

Tensor tiled(const Tensor& images, Index across) {
    if (images.rank() != 3 || images.shape()[0] % across != 0)
        fail<ShapeError>("tiled", "wants (n, rows, columns) with full rows of ", across, ", got ",
                         images.spec());
    const Tensor framed = pad(images, {{0, 0}, {1, 1}, {1, 1}});
    const Index rows = framed.shape()[1], columns = framed.shape()[2];
    return reshape(transpose(reshape(framed, {-1, across, rows, columns}), {0, 2, 1, 3}),
                   {-1, across * columns});
}

std::string png(const Tensor& image, Index size) {
    if (image.rank() != 2)
        fail<ShapeError>("png", "an image is (rows, columns), got ", image.spec());
    const Tensor large = repeat(repeat(clip(image, 0, 1) * 255, size, 0), size, 1);
    const auto rows = static_cast<std::size_t>(large.shape()[0]);
    const auto columns = static_cast<std::size_t>(large.shape()[1]);
    const auto pixels = round(large).cast(u8).to_vector<std::uint8_t>();
    std::string lines;
    for (std::size_t r = 0; r < rows; ++r) {
        lines += '\0';  // no filter
        lines.append(reinterpret_cast<const char*>(&pixels[r * columns]), columns);
    }
    const std::string header = big_endian(columns) + big_endian(rows) +
                               std::string("\x08\0\0\0\0", 5);  // eight bits of grey
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", compressed(lines)) +
           chunk("IEND", "");
}

}  // namespace examples
