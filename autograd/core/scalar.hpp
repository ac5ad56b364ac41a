// Scalar: a C++ literal on its way into a tensor, whose dtype it takes.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>

#include <shikumi/autograd/core/conversion.hpp>
#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi {

/// A number of any C++ type of up to 64 bits, which remembers whether it was written as an integer.
class Scalar {
public:
    /// An integer or a bool.
    template <std::integral T>
    requires(sizeof(T) <= sizeof(std::uint64_t)) constexpr Scalar(T value) noexcept
        : bits_(static_cast<std::uint64_t>(value)),
          kind_(value > T{0} && bits_ > most ? Kind::natural : Kind::integer) {}
    /// A real number.
    template <std::floating_point T>
    constexpr Scalar(T value) noexcept
        : bits_(std::bit_cast<std::uint64_t>(static_cast<double>(value))), kind_(Kind::real) {}

    /// True where it was written as an integer or a bool.
    constexpr bool is_integer() const noexcept { return kind_ != Kind::real; }
    /// Whether it lies in the range of T. Every number lies in those of f32 and f64, NaN in no
    /// other.
    template <Element T>
    constexpr bool fits() const noexcept {
        if constexpr (std::is_floating_point_v<T>) {
            return true;
        } else {
            using Limits = std::numeric_limits<T>;
            if (kind_ == Kind::natural) return false;
            if (kind_ == Kind::integer) {
                const auto whole = static_cast<std::int64_t>(bits_);
                return whole >= static_cast<std::int64_t>((Limits::min)()) &&
                       whole <= static_cast<std::int64_t>((Limits::max)());
            }
            // 2⁶³ is no i64, and 2⁶³ - 1 no double.
            constexpr double past = 2.0 * static_cast<double>(T{1} << (Limits::digits - 1));
            const auto number = std::bit_cast<double>(bits_);
            return number >= static_cast<double>((Limits::min)()) && number < past;
        }
    }
    /// The value as T, by the rule of `cast`: exact for an integer that fits.
    template <Element T>
    constexpr T to() const noexcept {
        switch (kind_) {
            case Kind::integer:
                return detail::converted<T>(static_cast<std::int64_t>(bits_));
            case Kind::natural:
                return detail::converted<T>(bits_);
            case Kind::real:
                break;
        }
        return detail::converted<T>(std::bit_cast<double>(bits_));
    }

private:
    // Integers up to 2⁶³ - 1, those above, and reals.
    enum class Kind : std::uint8_t { integer, natural, real };
    static constexpr std::uint64_t most = ~std::uint64_t{0} >> 1;

    // Of an i64, a std::uint64_t or a double: small enough to travel in registers.
    std::uint64_t bits_;
    Kind kind_;
};

/// "300", "0.5": the number as it is printed in errors.
std::string to_string(Scalar number);

}  // namespace shikumi
