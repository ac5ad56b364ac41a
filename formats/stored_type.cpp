#include <shikumi/formats/stored_type.hpp>

namespace shikumi::formats {

std::string_view name(StoredType type) noexcept {
    constexpr std::string_view names[] = {"bool",        "uint8",  "int8",   "float8_e4m3fn",
                                          "float8_e5m2", "uint16", "int16",  "float16",
                                          "bfloat16",    "uint32", "int32",  "float32",
                                          "uint64",      "int64",  "float64"};
    return names[static_cast<std::size_t>(type)];
}

StoredType stored_type(DType dtype) noexcept {
    constexpr StoredType types[] = {StoredType::bool_, StoredType::u8,  StoredType::i32,
                                    StoredType::i64,   StoredType::f32, StoredType::f64};
    return types[static_cast<std::size_t>(dtype)];
}

DType held_as(StoredType type) noexcept {
    switch (type) {
        case StoredType::bool_:
            return shikumi::bool_;
        case StoredType::u8:
            return shikumi::u8;
        case StoredType::i8:
        case StoredType::u16:
        case StoredType::i16:
        case StoredType::i32:
            return shikumi::i32;
        case StoredType::u32:
        case StoredType::u64:
        case StoredType::i64:
            return shikumi::i64;
        case StoredType::f64:
            return shikumi::f64;
        default:
            return shikumi::f32;
    }
}

}  // namespace shikumi::formats
