// Texts of pictures.
#pragma once

#include <string>
#include <string_view>

namespace shikumi::plot::detail {

/// How wide a text is at most in the fonts of a picture, in pixels.
double text_width(std::string_view utf8, int size);
/// The text, or as much of its beginning as fits, with "…" behind it.
std::string fitting(std::string_view utf8, int size, double width);
/// A coordinate: one decimal at most.
std::string coordinate(double value);
/// A number for people: four digits at most where they are enough.
std::string short_number(double value);
/// Bytes in base 64 (RFC 4648).
std::string base64(std::string_view bytes);

}  // namespace shikumi::plot::detail
