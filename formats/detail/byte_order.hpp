// The byte order of files and machines.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace shikumi::formats::detail {

/// Reverses the bytes of each element.
inline void reverse_elements(std::span<std::byte> bytes, std::size_t width) noexcept {
    if (width == 1) return;
    for (std::size_t i = 0; i + width <= bytes.size(); i += width)
        std::reverse(bytes.data() + i, bytes.data() + i + width);
}

/// From the machine's order to little-endian, or back.
inline void swap_unless_little(std::span<std::byte> bytes, std::size_t width) noexcept {
    if constexpr (std::endian::native == std::endian::big) reverse_elements(bytes, width);
}

/// From the machine's order to big-endian, or back.
inline void swap_unless_big(std::span<std::byte> bytes, std::size_t width) noexcept {
    if constexpr (std::endian::native == std::endian::little) reverse_elements(bytes, width);
}

/// The number in the first bytes, little-endian.
inline std::uint64_t little_endian(std::span<const std::byte> bytes) noexcept {
    std::uint64_t number = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        number = number << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return number;
}

}  // namespace shikumi::formats::detail
