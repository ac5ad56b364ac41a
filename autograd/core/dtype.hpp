// The element types of arrays and tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <type_traits>
#include <utility>

namespace shikumi {

/// Sizes, positions and axis numbers.
using Index = std::int64_t;

/// Element type of an array. `f32` is the default everywhere.
enum class DType : std::uint8_t { bool_, u8, i32, i64, f32, f64 };
using enum DType;

/// Size of one element in bytes.
constexpr std::size_t size_of(DType t) noexcept {
    constexpr std::size_t sizes[] = {1, 1, 4, 8, 4, 8};
    return sizes[static_cast<std::size_t>(t)];
}

/// "f32", "i64", … as it is printed in errors and drawings.
constexpr std::string_view name(DType t) noexcept {
    constexpr std::string_view names[] = {"bool", "u8", "i32", "i64", "f32", "f64"};
    return names[static_cast<std::size_t>(t)];
}

/// Writes `name(t)`.
std::ostream& operator<<(std::ostream& out, DType t);

/// True for f32 and f64.
constexpr bool is_floating(DType t) noexcept { return t == f32 || t == f64; }
/// True for u8, i32 and i64.
constexpr bool is_integer(DType t) noexcept { return t == u8 || t == i32 || t == i64; }

/// The wider of two dtypes, in which both can be computed: any integer is wider than bool, any real
/// than the integers, and more bits are wider than fewer.
constexpr DType wider(DType a, DType b) noexcept { return a < b ? b : a; }

/// The C++ types that an array can hold.
template <class T>
concept Element =
    std::is_same_v<T, bool> || std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::int32_t> ||
    std::is_same_v<T, std::int64_t> || std::is_same_v<T, float> || std::is_same_v<T, double>;

/// The DType of a C++ element type: f32 for float.
template <Element T>
inline constexpr DType dtype_of = std::is_same_v<T, bool>           ? bool_
                                  : std::is_same_v<T, std::uint8_t> ? u8
                                  : std::is_same_v<T, std::int32_t> ? i32
                                  : std::is_same_v<T, std::int64_t> ? i64
                                  : std::is_same_v<T, float>        ? f32
                                                                    : f64;

/// Calls f with the C++ type of `t` as its template argument, and gives what it gives. `f` is a
/// lambda of the form []&lt;class T&gt;() { … }.
template <class F>
decltype(auto) dispatch(DType t, F&& f) {
    switch (t) {
        case bool_:
            return std::forward<F>(f).template operator()<bool>();
        case u8:
            return std::forward<F>(f).template operator()<std::uint8_t>();
        case i32:
            return std::forward<F>(f).template operator()<std::int32_t>();
        case i64:
            return std::forward<F>(f).template operator()<std::int64_t>();
        case f32:
            return std::forward<F>(f).template operator()<float>();
        case f64:
            break;
    }
    return std::forward<F>(f).template operator()<double>();
}

/// The dtype that moves and compares as `t` does: u8 for bool_, whose elements are bytes of 0 or 1,
/// else `t` itself. Kernels that only do that need no code for bool of their own.
constexpr DType storage_of(DType t) noexcept { return t == bool_ ? u8 : t; }

/// Calls f with float for f32 and else with double: `dispatch` for a caller that has checked that
/// `t` is floating.
template <class F>
decltype(auto) dispatch_floating(DType t, F&& f) {
    if (t == f32) return std::forward<F>(f).template operator()<float>();
    return std::forward<F>(f).template operator()<double>();
}

}  // namespace shikumi
