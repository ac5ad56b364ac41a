// The one rule by which an element becomes one of another type.
#pragma once

#include <limits>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::detail {

/// `x` as a To. Reals are truncated towards zero for integers and held in their range, and NaN
/// becomes 0 there; integers wrap around; anything but 0 is true. An f64 beyond the range of f32
/// becomes infinite.
template <Element To, class From>
constexpr To converted(From x) noexcept {
    if constexpr (std::is_same_v<To, bool>) {
        return x != From{0};
    } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        using Limits = std::numeric_limits<To>;
        constexpr From past = From{2} * static_cast<From>(To{1} << (Limits::digits - 1));
        if (x != x) return 0;
        if (x >= past) return (Limits::max)();
        return x > static_cast<From>((Limits::min)()) ? static_cast<To>(x) : (Limits::min)();
    } else {
        return static_cast<To>(x);
    }
}

}  // namespace shikumi::detail
