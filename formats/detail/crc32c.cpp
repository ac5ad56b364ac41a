#include <shikumi/formats/detail/crc32c.hpp>

#ifdef __x86_64__
#include <nmmintrin.h>
#endif

#include <array>
#include <cstring>

#include <shikumi/formats/detail/byte_order.hpp>

namespace shikumi::formats::detail {

namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

// tables[k][b]: what byte b adds to the checksum once k more bytes have followed it.
constexpr Tables make_tables() {
    Tables tables{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t crc = b;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
        tables[0][b] = crc;
    }
    for (std::size_t k = 1; k < tables.size(); ++k) {
        for (std::size_t b = 0; b < 256; ++b) {
            const std::uint32_t crc = tables[k - 1][b];
            tables[k][b] = crc >> 8 ^ tables[0][crc & 255];
        }
    }
    return tables;
}

constexpr Tables tables = make_tables();

#ifdef __x86_64__
[[gnu::target("sse4.2")]] std::uint32_t by_instruction(std::span<const std::byte> bytes,
                                                       std::uint32_t before) noexcept {
    std::uint64_t crc = ~before;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data(), sizeof word);
        crc = _mm_crc32_u64(crc, word);
    }
    auto rest = static_cast<std::uint32_t>(crc);
    for (const std::byte b : bytes) rest = _mm_crc32_u8(rest, std::to_integer<std::uint8_t>(b));
    return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
    std::uint32_t crc = ~before;
    while (bytes.size() >= 8) {
        const std::uint64_t word = little_endian(bytes.first(8)) ^ crc;
        crc = 0;
        for (std::size_t k = 0; k < 8; ++k) crc ^= tables[7 - k][word >> (8 * k) & 255];
        bytes = bytes.subspan(8);
    }
    for (const std::byte b : bytes)
        crc = crc >> 8 ^ tables[0][(crc ^ std::to_integer<std::uint32_t>(b)) & 255];
    return ~crc;
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
#ifdef __x86_64__
    static const bool has_instruction = __builtin_cpu_supports("sse4.2");
    if (has_instruction) return by_instruction(bytes, before);
#endif
    return crc32c_by_table(bytes, before);
}

}  // namespace shikumi::formats::detail
