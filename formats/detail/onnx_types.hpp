// The numbers of ONNX's types of elements (onnx.proto, TensorProto.DataType).
#pragma once

#include <cstdint>
#include <optional>

#include <shikumi/formats/stored_type.hpp>

namespace shikumi::formats::detail::onnx {

/// The type of that number; nothing for one that tensors of files don't have here.
inline std::optional<StoredType> type_of(std::int64_t number) noexcept {
    switch (number) {
        case 1:
            return StoredType::f32;
        case 2:
            return StoredType::u8;
        case 3:
            return StoredType::i8;
        case 4:
            return StoredType::u16;
        case 5:
            return StoredType::i16;
        case 6:
            return StoredType::i32;
        case 7:
            return StoredType::i64;
        case 9:
            return StoredType::bool_;
        case 10:
            return StoredType::f16;
        case 11:
            return StoredType::f64;
        case 12:
            return StoredType::u32;
        case 13:
            return StoredType::u64;
        case 16:
            return StoredType::bf16;
        case 17:
            return StoredType::f8_e4m3;
        case 19:
            return StoredType::f8_e5m2;
        default:
            return std::nullopt;
    }
}

/// The number of a type.
inline std::int32_t number_of(StoredType type) noexcept {
    for (std::int32_t number = 1;; ++number)
        if (type_of(number) == type) return number;
}

}  // namespace shikumi::formats::detail::onnx
