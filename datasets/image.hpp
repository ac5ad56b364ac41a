// Reading pictures.
#pragma once

#include <cstdint>
#include <string>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// The channels that a picture is given in.
enum class ColorMode {
    as_stored,  ///< one or three, as in the file
    grayscale,  ///< one: L = (19595 R + 38470 G + 7471 B + 32768) / 65536 of ITU-R BT.601
    rgb,        ///< three: red, green, blue
};

/// How a picture is read.
struct ImageOptions {
    ColorMode color = ColorMode::rgb;                   ///< the channels that are wanted
    std::uint64_t max_pixels = std::uint64_t{1} << 26;  ///< larger pictures are refused
    std::uint64_t max_bytes = std::uint64_t{1} << 28;   ///< larger files are refused
};

/// The picture in a PNG or JPEG file: u8 (rows, columns, channels). Which of them it is, the first
/// bytes tell. Palettes become colours, 16 bits 8, and transparency is left out; the orientation
/// that a camera notes beside the pixels isn't followed.
///
/// Throws IoError, with the path, for a file that is missing, empty, too large, damaged, cut off or
/// of another format, for a picture that is too large or larger than its file can hold, before
/// memory is taken for it, and for four colours (CMYK); StateError where the library was built
/// without libpng or libjpeg.
Tensor read_image(const std::string& path, const ImageOptions& options = {});

}  // namespace shikumi::datasets
