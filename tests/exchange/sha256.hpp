// SHA-256 (FIPS 180-4) of bytes, in hexadecimal digits.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace shikumi::exchange {

std::string sha256(std::span<const std::byte> bytes);

}  // namespace shikumi::exchange
