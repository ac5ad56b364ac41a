// SmallFloat: floats of 8 and 16 bits, as files have them.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>

namespace shikumi::formats::detail {

/// A float of a sign, some bits of exponent and some of mantissa. The largest exponent is that of
/// infinity and NaN, as IEEE 754 has it, unless the type has no infinity; NaN is the number with
/// all bits set then.
template <std::unsigned_integral Bits, int exponent_bits, int mantissa_bits, bool has_infinity>
struct SmallFloat {
    Bits bits;

    static constexpr int bias = (1 << (exponent_bits - 1)) - 1;
    static constexpr unsigned largest_exponent = (1u << exponent_bits) - 1;
    static constexpr unsigned one = 1u << mantissa_bits;  // the mantissa's bit that isn't stored
    static constexpr unsigned sign = 1u << (exponent_bits + mantissa_bits);
    static constexpr unsigned nan = has_infinity ? largest_exponent * one | one / 2 : sign - 1;
    static constexpr unsigned infinity = has_infinity ? largest_exponent * one : nan;

    /// The nearest to x; of two as near, the even one.
    static SmallFloat of(double x) noexcept {
        const unsigned s = std::signbit(x) ? sign : 0;
        if (std::isnan(x)) return {static_cast<Bits>(s | nan)};
        if (std::isinf(x)) return {static_cast<Bits>(s | infinity)};
        if (x == 0) return {static_cast<Bits>(s)};
        const int exponent = std::max(std::ilogb(x), 1 - bias);
        // A carry out of the mantissa goes into the exponent by itself.
        const double rounded = std::nearbyint(std::scalbn(std::abs(x), mantissa_bits - exponent));
        const double bits = rounded + (exponent + bias - 1.0) * one;
        return {static_cast<Bits>(s | (bits < infinity ? static_cast<unsigned>(bits) : infinity))};
    }

    operator double() const noexcept {
        const unsigned magnitude = bits & (sign - 1);
        const unsigned exponent = magnitude / one;
        const double s = bits & sign ? -1 : 1;
        if (has_infinity && exponent == largest_exponent)
            return magnitude == infinity ? s * std::numeric_limits<double>::infinity()
                                         : std::numeric_limits<double>::quiet_NaN();
        if (!has_infinity && magnitude == nan) return std::numeric_limits<double>::quiet_NaN();
        const unsigned mantissa = magnitude % one;
        if (exponent == 0) return s * std::scalbn(mantissa, 1 - bias - mantissa_bits);
        return s * std::scalbn(mantissa + one, static_cast<int>(exponent) - bias - mantissa_bits);
    }
};

using Float16 = SmallFloat<std::uint16_t, 5, 10, true>;
using BFloat16 = SmallFloat<std::uint16_t, 8, 7, true>;
using Float8E4M3 = SmallFloat<std::uint8_t, 4, 3, false>;
using Float8E5M2 = SmallFloat<std::uint8_t, 5, 2, true>;

}  // namespace shikumi::formats::detail
