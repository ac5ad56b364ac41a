// The types of elements in files, of which tensors have some.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::formats {

/// The type of a tensor's elements in a file.
enum class StoredType : std::uint8_t {
    bool_,
    u8,
    i8,
    f8_e4m3,  ///< 8 bits, of which 4 are the exponent; NaN and no infinity
    f8_e5m2,  ///< 8 bits, of which 5 are the exponent
    u16,
    i16,
    f16,   ///< IEEE half precision
    bf16,  ///< the upper half of an f32
    u32,
    i32,
    f32,
    u64,
    i64,
    f64
};

/// Size of one element in bytes.
constexpr std::size_t size_of(StoredType type) noexcept {
    return type < StoredType::u16 ? 1 : type < StoredType::u32 ? 2 : type < StoredType::u64 ? 4 : 8;
}

/// NumPy's name: "float32". The types that NumPy lacks are "bfloat16", "float8_e4m3fn" and
/// "float8_e5m2", as in PyTorch.
std::string_view name(StoredType type) noexcept;

/// The type in which tensors are stored as they are.
StoredType stored_type(DType dtype) noexcept;

/// The dtype of tensors that holds all values of a type: f32 for smaller floats, i32 and i64 for
/// smaller integers. Only i64 for u64 doesn't hold all.
DType held_as(StoredType type) noexcept;

}  // namespace shikumi::formats
