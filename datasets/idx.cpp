#include <shikumi/datasets/idx.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <shikumi/datasets/detail/input.hpp>

namespace shikumi::datasets {
namespace {

using detail::Input;

// What an element of the file takes, and what it becomes.
struct ElementType {
    std::size_t bytes;
    DType dtype;
};

ElementType element_type(const Input& input, std::byte code) {
    switch (std::to_integer<int>(code)) {
        case 0x08:
            return {1, u8};
        case 0x09:
            return {1, i32};
        case 0x0B:
            return {2, i32};
        case 0x0C:
            return {4, i32};
        case 0x0D:
            return {4, f32};
        case 0x0E:
            return {8, f64};
        default:
            input.fail_at(2, "not an IDX file: element type ", std::to_integer<int>(code));
    }
}

// The sizes that follow the magic number. Throws where the file cannot hold as many elements.
Shape read_shape(Input& input, int rank, ElementType type) {
    Shape::Sizes sizes;
    std::uint64_t bytes = type.bytes;
    bool none = false;
    bool too_many = false;
    for (int axis = 0; axis < rank; ++axis) {
        std::array<std::byte, 4> word;
        input.read(word, "its header");
        std::uint32_t size = 0;
        for (const std::byte b : word) size = size << 8 | std::to_integer<std::uint32_t>(b);
        sizes.push_back(size);
        if (size == 0)
            none = true;
        else
            too_many = too_many || __builtin_mul_overflow(bytes, size, &bytes);
    }
    const std::uint64_t header = input.offset();
    if (too_many || (!none && bytes > input.capacity() - std::min(input.capacity(), header))) {
        std::string product;
        for (const Index size : sizes)
            product += (product.empty() ? "" : " x ") + std::to_string(size);
        input.fail_at(4, "the header promises ", product, " elements of ", type.bytes,
                      type.bytes == 1 ? " byte" : " bytes", ", more than the file can hold");
    }
    return Shape(sizes);
}

void to_native(std::span<std::byte> bytes, std::size_t width) {
    if (std::endian::native == std::endian::big || width == 1) return;
    for (std::size_t i = 0; i < bytes.size(); i += width)
        std::reverse(bytes.data() + i, bytes.data() + i + width);
}

// The integers of an i32 array whose bytes begin with as many narrower ones; from the end, so that
// none is overwritten before it is read.
template <class Narrow>
void widen(Array& values) {
    auto* const to = static_cast<std::byte*>(values.raw());
    for (auto i = static_cast<std::size_t>(values.size()); i-- > 0;) {
        Narrow narrow;
        std::memcpy(&narrow, to + i * sizeof narrow, sizeof narrow);
        const std::int32_t wide = narrow;
        std::memcpy(to + i * sizeof wide, &wide, sizeof wide);
    }
}

}  // namespace

Tensor read_idx(const std::string& path, const IdxOptions& options) {
    Input input("read_idx", path);
    std::array<std::byte, 4> magic;
    input.read(magic, "its magic number");
    if (magic[0] != std::byte{0} || magic[1] != std::byte{0})
        input.fail_at(0, "not an IDX file: it doesn't start with two zero bytes");
    const ElementType type = element_type(input, magic[2]);
    const int rank = std::to_integer<int>(magic[3]);
    if (rank < 1 || rank > Shape::max_rank)
        input.fail_at(3, "an array of ", rank, " axes; 1 to ", Shape::max_rank, " can be read");

    const Spec spec{read_shape(input, rank, type), type.dtype};
    if (spec.bytes() > options.max_bytes)
        input.fail_at(4, "an array ", spec, " is larger than ", options.max_bytes, " bytes");
    Array values(spec);
    const std::span bytes(static_cast<std::byte*>(values.raw()),
                          static_cast<std::size_t>(values.size()) * type.bytes);
    input.read(bytes, sentence("its ", values.shape(), " elements"));
    std::byte more;
    const std::uint64_t end = input.offset();
    if (input.read_some({&more, 1}) != 0)
        input.fail_at(end, "the file goes on after the ", values.shape(),
                      " elements of its header");
    to_native(bytes, type.bytes);
    if (type.dtype == i32 && type.bytes == 1) widen<std::int8_t>(values);
    if (type.dtype == i32 && type.bytes == 2) widen<std::int16_t>(values);
    return Tensor(values);
}

}  // namespace shikumi::datasets
