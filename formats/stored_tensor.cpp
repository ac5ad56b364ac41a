#include <shikumi/formats/stored_tensor.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/small_float.hpp>

namespace shikumi::formats {

namespace {

// Calls f with the C++ type of the elements. A truth value is read as a byte, since a file may
// have others than 0 and 1.
struct Truth {
    std::uint8_t value;
};

template <class F>
decltype(auto) dispatch(StoredType type, F&& f) {
    switch (type) {
        case StoredType::bool_:
            return f.template operator()<Truth>();
        case StoredType::u8:
            return f.template operator()<std::uint8_t>();
        case StoredType::i8:
            return f.template operator()<std::int8_t>();
        case StoredType::f8_e4m3:
            return f.template operator()<detail::Float8E4M3>();
        case StoredType::f8_e5m2:
            return f.template operator()<detail::Float8E5M2>();
        case StoredType::u16:
            return f.template operator()<std::uint16_t>();
        case StoredType::i16:
            return f.template operator()<std::int16_t>();
        case StoredType::f16:
            return f.template operator()<detail::Float16>();
        case StoredType::bf16:
            return f.template operator()<detail::BFloat16>();
        case StoredType::u32:
            return f.template operator()<std::uint32_t>();
        case StoredType::i32:
            return f.template operator()<std::int32_t>();
        case StoredType::f32:
            return f.template operator()<float>();
        case StoredType::u64:
            return f.template operator()<std::uint64_t>();
        case StoredType::i64:
            return f.template operator()<std::int64_t>();
        case StoredType::f64:
            break;
    }
    return f.template operator()<double>();
}

template <class T>
constexpr bool is_real = !std::is_integral_v<T> && !std::is_same_v<T, Truth>;

template <class T>
auto plain(T x) {
    if constexpr (std::is_same_v<T, Truth>)
        return x.value;
    else
        return x;
}

// False where To can't hold x.
template <class To, class From>
bool convert(From x, To& out) {
    if constexpr (is_real<To>) {
        if constexpr (std::is_floating_point_v<To>)
            out = static_cast<To>(static_cast<double>(x));
        else
            out = To::of(static_cast<double>(x));
        return true;
    } else if constexpr (std::is_same_v<To, Truth>) {
        out.value = plain(x) == 0 ? 0 : 1;
        return std::cmp_equal(plain(x), 0) || std::cmp_equal(plain(x), 1);
    } else {
        out = static_cast<To>(plain(x));
        return std::in_range<To>(plain(x));
    }
}

template <class To, class From>
void convert_all(const StoredTensor& from, StoredTensor& to) {
    // Addresses are aligned, but the elements may have been read as bytes.
    const std::byte* in = from.bytes().data();
    std::byte* out = to.mutable_bytes().data();
    const auto count = static_cast<std::size_t>(from.shape().size());
    for (std::size_t i = 0; i < count; ++i, in += sizeof(From), out += sizeof(To)) {
        From x;
        To y;
        std::memcpy(&x, in, sizeof(From));
        if (!convert(x, y)) {
            if constexpr (!is_real<From>)
                fail<ValueError>("StoredTensor", "element ", i, " is ", std::to_string(plain(x)),
                                 ", which ", name(to.type()), " can't hold");
        }
        std::memcpy(out, &y, sizeof(To));
    }
}

}  // namespace

StoredTensor::StoredTensor(const Tensor& tensor)
    : type_(stored_type(tensor.dtype())),
      shape_(tensor.shape()),
      buffer_(tensor.array().buffer()) {}

StoredTensor::StoredTensor(StoredType type, const Shape& shape)
    : type_(type),
      shape_(shape),
      buffer_(Buffer::allocate(static_cast<std::size_t>(shape.size()) * size_of(type))) {}

std::span<const std::byte> StoredTensor::bytes() const noexcept {
    return {static_cast<const std::byte*>(buffer_.data()),
            static_cast<std::size_t>(shape_.size()) * size_of(type_)};
}

std::span<std::byte> StoredTensor::mutable_bytes() noexcept {
    return {static_cast<std::byte*>(buffer_.data()),
            static_cast<std::size_t>(shape_.size()) * size_of(type_)};
}

Tensor StoredTensor::tensor() const {
    const DType dtype = held_as(type_);
    // Truth values are checked on the way.
    const bool as_it_is = type_ == stored_type(dtype) && type_ != StoredType::bool_;
    const StoredTensor held = as_it_is ? *this : as(stored_type(dtype));
    return Tensor(Array({shape_, dtype}, held.buffer_));
}

StoredTensor StoredTensor::as(StoredType type) const {
    StoredTensor to(type, shape_);
    dispatch(type_, [&]<class From>() {
        dispatch(type, [&]<class To>() {
            if constexpr (is_real<From> == is_real<To>)
                convert_all<To, From>(*this, to);
            else
                fail<DTypeError>("StoredTensor", "can't store ", name(type_), " as ", name(type));
        });
    });
    return to;
}

}  // namespace shikumi::formats
