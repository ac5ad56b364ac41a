#include <shikumi/formats/detail/crc32c.hpp>

#include <span>
#include <string>

#include "catch.hpp"

using shikumi::formats::detail::crc32c;
using shikumi::formats::detail::crc32c_by_table;

// RFC 3720, appendix B.4.
TEST_CASE("CRC-32C gives the published checksums", "[crc32c]") {
    CHECK(crc32c("123456789") == 0xE3069283);
    CHECK(crc32c("") == 0);
    CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AA);
    CHECK(crc32c(std::string(32, '\xff')) == 0x62A8AB43);
    std::string rising, falling;
    for (int i = 0; i < 32; ++i) {
        rising += static_cast<char>(i);
        falling += static_cast<char>(31 - i);
    }
    CHECK(crc32c(rising) == 0x46DD794E);
    CHECK(crc32c(falling) == 0x113FDB5C);
}

TEST_CASE("CRC-32C goes on where it has ended", "[crc32c]") {
    std::string text;
    for (int i = 0; i < 100; ++i) text += static_cast<char>(i * 37);
    for (std::size_t cut = 0; cut <= text.size(); ++cut)
        CHECK(crc32c(text.substr(cut), crc32c(text.substr(0, cut))) == crc32c(text));
}

TEST_CASE("CRC-32C is the same with the processor's instruction and without", "[crc32c]") {
    std::string text;
    for (int i = 0; i < 300; ++i) text += static_cast<char>(i * i);
    for (std::size_t begin = 0; begin < 9; ++begin) {
        for (std::size_t end = begin; end <= text.size(); ++end) {
            const auto bytes = std::as_bytes(std::span(text)).subspan(begin, end - begin);
            CHECK(crc32c(bytes, 7) == crc32c_by_table(bytes, 7));
        }
    }
}
