// A picture in the bytes of a file, which nobody trusts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/memory/array.hpp>

namespace shikumi::datasets::detail {

/// The bytes of a file, and what errors name.
struct EncodedImage {
    std::string_view reader;
    std::string path;
    std::string_view bytes;
    std::uint64_t max_pixels;

    /// Throws IoError.
    template <class... Parts>
    [[noreturn]] void fail(const Parts&... parts) const {
        shikumi::fail<IoError>(reader, path, ": ", parts...);
    }
    /// Memory for a picture. Throws IoError where it is empty, larger than max_pixels, or larger
    /// than `capacity` pixels, the most that the file can hold.
    Array memory(std::uint64_t rows, std::uint64_t columns, std::uint64_t channels,
                 std::uint64_t capacity) const;
};

/// The picture in a PNG file, u8 (rows, columns, 1 or 3).
Array decode_png(const EncodedImage& image);
/// The picture in a JPEG file, u8 (rows, columns, 1 or 3).
Array decode_jpeg(const EncodedImage& image);

}  // namespace shikumi::datasets::detail
