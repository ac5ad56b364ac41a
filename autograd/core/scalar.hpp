// Scalar: a C++ literal on its way into a tensor, whose dtype it takes.
#pragma once

#include <concepts>
#include <cstdint>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi {

/// A number that remembers whether it was written as an integer; 64 bits wide either way.
class Scalar {
public:
    template <std::integral T>
    constexpr Scalar(T value) noexcept : integer_(static_cast<std::int64_t>(value)) {}
    template <std::floating_point T>
    constexpr Scalar(T value) noexcept : real_(static_cast<double>(value)), is_integer_(false) {}

    constexpr bool is_integer() const noexcept { return is_integer_; }
    /// The value as T: integers exactly, reals truncated where T is an integer.
    template <Element T>
    constexpr T to() const noexcept {
        if constexpr (std::is_same_v<T, bool>)
            return is_integer_ ? integer_ != 0 : real_ != 0;
        else
            return is_integer_ ? static_cast<T>(integer_) : static_cast<T>(real_);
    }

private:
    std::int64_t integer_ = 0;
    double real_ = 0;
    bool is_integer_ = true;
};

}  // namespace shikumi
