// CRC-32C, the checksum of event files and of our safetensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace shikumi::formats::detail {

/// CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected) of the bytes after those that gave
/// `before`: "123456789" gives 0xE3069283.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0) noexcept;
/// The same without the instruction that some processors have for it.
std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t before = 0) noexcept;
/// That of a text.
inline std::uint32_t crc32c(std::string_view text, std::uint32_t before = 0) noexcept {
    return crc32c(std::as_bytes(std::span(text)), before);
}

}  // namespace shikumi::formats::detail
