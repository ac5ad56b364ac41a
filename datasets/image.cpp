#include <shikumi/datasets/image.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include <shikumi/datasets/detail/encoded_image.hpp>
#include <shikumi/datasets/detail/input.hpp>

namespace shikumi::datasets {

namespace {

constexpr std::string_view read_image_name = "read_image";

Array decoded(const detail::EncodedImage& image) {
    if (image.bytes.starts_with("\x89PNG\r\n\x1a\n")) return detail::decode_png(image);
    if (image.bytes.starts_with("\xFF\xD8\xFF")) return detail::decode_jpeg(image);
    image.fail("the file is neither a PNG nor a JPEG");
}

// Makes of each pixel's channels the other number of channels.
template <class F>
Array converted(const Array& from, Index channels, const F& pixel) {
    Array to({from.shape().with_back(channels), u8});
    const auto in = from.data<std::uint8_t>();
    const auto out = to.mutable_data<std::uint8_t>();
    const auto before = static_cast<std::size_t>(from.shape().back());
    const auto after = static_cast<std::size_t>(channels);
    for (std::size_t i = 0; i * before < in.size(); ++i)
        pixel(in.data() + i * before, out.data() + i * after);
    return to;
}

Array in_color(const Array& image, ColorMode color) {
    const Index channels = image.shape().back();
    if (color == ColorMode::grayscale && channels == 3)
        return converted(image, 1, [](const std::uint8_t* rgb, std::uint8_t* gray) {
            const unsigned sum = 19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2] + 32768u;
            *gray = static_cast<std::uint8_t>(sum >> 16);
        });
    if (color == ColorMode::rgb && channels == 1)
        return converted(image, 3, [](const std::uint8_t* gray, std::uint8_t* rgb) {
            std::fill_n(rgb, 3, *gray);
        });
    return image;
}

}  // namespace

Array detail::EncodedImage::memory(std::uint64_t rows, std::uint64_t columns,
                                   std::uint64_t channels, std::uint64_t capacity) const {
    std::uint64_t pixels;
    if (rows == 0 || columns == 0) fail("the picture is empty");
    if (__builtin_mul_overflow(rows, columns, &pixels) || pixels > max_pixels)
        fail("a picture of ", rows, " x ", columns, " pixels, ", max_pixels, " are allowed");
    if (pixels > capacity)
        fail("the header promises ", rows, " x ", columns, " pixels, more than ", bytes.size(),
             " bytes can hold");
    return Array(
        {{static_cast<Index>(rows), static_cast<Index>(columns), static_cast<Index>(channels)},
         u8});
}

Tensor read_image(const std::string& path, const ImageOptions& options) {
    detail::Input input(read_image_name, path);
    const std::string bytes = input.read_all("the file", options.max_bytes);
    return Tensor(
        in_color(decoded({read_image_name, path, bytes, options.max_pixels}), options.color));
}

}  // namespace shikumi::datasets
