// Scalar: a C++ literal on its way into a tensor, whose dtype it takes.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi {

/// A number that remembers whether it was written as an integer; 64 bits wide either way.
class Scalar {
public:
    /// An integer or a bool.
    template <std::integral T>
    constexpr Scalar(T value) noexcept
        : bits_(static_cast<std::uint64_t>(value)), is_integer_(true) {}
    /// A real number.
    template <std::floating_point T>
    constexpr Scalar(T value) noexcept
        : bits_(std::bit_cast<std::uint64_t>(static_cast<double>(value))), is_integer_(false) {}

    /// True where it was written as an integer or a bool.
    constexpr bool is_integer() const noexcept { return is_integer_; }
    /// The value as T: integers exactly, reals truncated where T is an integer.
    template <Element T>
    constexpr T to() const noexcept {
        return is_integer_ ? convert<T>(static_cast<std::int64_t>(bits_))
                           : convert<T>(std::bit_cast<double>(bits_));
    }

private:
    template <Element T, class From>
    static constexpr T convert(From x) noexcept {
        if constexpr (std::is_same_v<T, bool>)
            return x != 0;
        else
            return static_cast<T>(x);
    }

    // Of an i64 or a double: small enough to travel in registers.
    std::uint64_t bits_;
    bool is_integer_;
};

}  // namespace shikumi
