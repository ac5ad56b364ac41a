#include "sha256.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace shikumi::exchange {

namespace {

using Words = std::array<std::uint32_t, 8>;

// The first 32 bits of the fractions of the square roots (or cube roots) of the first primes.
template <std::size_t count>
std::array<std::uint32_t, count> fractions_of_roots(long double (*root)(long double)) {
    std::array<std::uint32_t, count> words{};
    std::size_t found = 0;
    for (unsigned n = 2; found < count; ++n) {
        bool prime = true;
        for (unsigned d = 2; d * d <= n; ++d) prime = prime && n % d != 0;
        if (!prime) continue;
        const long double r = root(n);
        words[found++] = static_cast<std::uint32_t>((r - std::floor(r)) * 4294967296.0L);
    }
    return words;
}

void add_block(const std::byte* block, Words& state) {
    static const auto k =
        fractions_of_roots<64>([](long double x) -> long double { return std::cbrt(x); });
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 64; ++i)
        w[i / 4] = w[i / 4] << 8 | std::to_integer<std::uint32_t>(block[i]);
    for (std::size_t i = 16; i < 64; ++i) {
        const auto a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) +
               (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < 64; ++i) {
        const auto t1 = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) +
                        ((e & f) ^ (~e & g)) + k[i] + w[i];
        const auto t2 =
            (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    const Words more{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) state[i] += more[i];
}

}  // namespace

std::string sha256(std::span<const std::byte> bytes) {
    Words state = fractions_of_roots<8>([](long double x) -> long double { return std::sqrt(x); });
    std::vector<std::byte> padded(bytes.begin(), bytes.end());
    padded.push_back(std::byte{0x80});
    while (padded.size() % 64 != 56) padded.push_back(std::byte{0});
    for (int shift = 56; shift >= 0; shift -= 8)
        padded.push_back(static_cast<std::byte>(std::uint64_t{bytes.size()} * 8 >> shift & 255));
    for (std::size_t i = 0; i < padded.size(); i += 64) add_block(padded.data() + i, state);
    std::string text;
    for (const std::uint32_t word : state) {
        char digits[9];
        std::snprintf(digits, sizeof digits, "%08x", word);
        text += digits;
    }
    return text;
}

}  // namespace shikumi::exchange
