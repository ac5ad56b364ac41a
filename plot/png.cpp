#include <shikumi/plot/png.hpp>

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <zlib.h>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/plot/detail/write_file.hpp>

namespace shikumi::plot {

// zlib, which the library needs in any case, compresses and makes checksums, and that is all that
// is hard about writing PNG. Through libpng, which a build may lack, a report would have no
// pictures on some machines.

namespace {

const Bytef* bytes(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

std::string big_endian(std::uint64_t number) {
    std::string text;
    for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(number >> shift & 0xFF);
    return text;
}

// Length, type, data and checksum: ISO/IEC 15948, section 5.3.
std::string chunk(std::string_view type, std::string_view data) {
    const std::string checked = std::string(type) + std::string(data);
    return big_endian(data.size()) + checked +
           big_endian(crc32_z(0, bytes(checked), checked.size()));
}

std::string compressed(std::string_view data) {
    uLongf size = compressBound(data.size());
    std::string result(size, '\0');
    if (compress(reinterpret_cast<Bytef*>(result.data()), &size, bytes(data), data.size()) != Z_OK)
        fail<ValueError>("png", "zlib can't compress ", data.size(), " bytes");
    result.resize(size);
    return result;
}

void check(const Tensor& picture, Index size) {
    const Shape& shape = picture.shape();
    if (picture.rank() != 2 && !(picture.rank() == 3 && (shape[2] == 1 || shape[2] == 3)))
        fail<ShapeError>("png", "a picture is (rows, columns), (rows, columns, 1) or (rows, ",
                         "columns, 3), got ", picture.spec());
    constexpr Index most = std::numeric_limits<std::int32_t>::max();
    if (picture.size() == 0 || size < 1 || shape[0] > most / size || shape[1] > most / size)
        fail<ValueError>("png", "can't write ", shape, " pixels of side ", size);
}

}  // namespace

Tensor tiled(const Tensor& pictures, Index across) {
    if (pictures.rank() != 3 || across < 1 || pictures.shape()[0] % across != 0)
        fail<ShapeError>("tiled", "wants (n, rows, columns) with full rows of ", across, ", got ",
                         pictures.spec());
    const Tensor framed = pad(pictures, {{0, 0}, {1, 1}, {1, 1}});
    const Index rows = framed.shape()[1], columns = framed.shape()[2];
    return reshape(transpose(reshape(framed, {-1, across, rows, columns}), {0, 2, 1, 3}),
                   {-1, across * columns});
}

std::string png(const Tensor& picture, Index size) {
    check(picture, size);
    const Tensor large = repeat(repeat(clip(picture, 0, 1) * 255, size, 0), size, 1);
    const auto rows = static_cast<std::size_t>(large.shape()[0]);
    const auto columns = static_cast<std::size_t>(large.shape()[1]);
    const std::size_t channels = picture.rank() == 3 && picture.shape()[2] == 3 ? 3 : 1;
    const auto pixels = round(where(isfinite(large), large, 0)).cast(u8).to_vector<std::uint8_t>();
    std::string lines;
    for (std::size_t r = 0; r < rows; ++r) {
        lines += '\0';  // no filter
        lines.append(reinterpret_cast<const char*>(&pixels[r * columns * channels]),
                     columns * channels);
    }
    const std::string header = big_endian(columns) + big_endian(rows) + '\x08' +
                               (channels == 3 ? '\x02' : '\0') + std::string(3, '\0');
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", compressed(lines)) +
           chunk("IEND", "");
}

void write_png(const std::string& file, const Tensor& picture, Index size) {
    detail::write_file("write_png", file, png(picture, size));
}

}  // namespace shikumi::plot
