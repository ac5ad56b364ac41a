// Linear interpolation by the rules of std::lerp: exact at both ends, and without overflow.
#pragma once

#include <limits>

namespace shikumi::kernels {

/// a + (b - a) t from the nearer end; where b - a is not finite, a (1 - t) + b t, of which a factor
/// of 0 leaves its term out.
template <class T>
constexpr T lerp(T a, T b, T t) noexcept {
    constexpr T largest = std::numeric_limits<T>::max();
    const T difference = b - a, rest = 1 - t;
    const T near = t < T(0.5) ? a + difference * t : b - difference * rest;
    const T first = rest == 0 ? 0 : a * rest, second = t == 0 ? 0 : b * t;
    const bool finite = (difference <= largest) & (difference >= -largest);
    return finite ? near : first + second;
}

}  // namespace shikumi::kernels
