#include <shikumi/datasets/idx.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <shikumi/datasets/detail/input.hpp>

namespace shikumi::datasets {
namespace {

using detail::Input;

DType element_type(const Input& input, std::byte code) {
    switch (std::to_integer<int>(code)) {
        case 0x08:
            return u8;
        case 0x0C:
            return i32;
        case 0x0D:
            return f32;
        case 0x0E:
            return f64;
        case 0x09:
            input.fail_at(2, "the elements are 8-bit signed integers, which no dtype holds");
        case 0x0B:
            input.fail_at(2, "the elements are 16-bit integers, which no dtype holds");
        default:
            break;
    }
    input.fail_at(2, "not an IDX file: element type ", std::to_integer<int>(code));
}

// The sizes that follow the magic number. Throws where the file cannot hold as many elements.
Shape read_shape(Input& input, int rank, DType dtype) {
    Shape::Sizes sizes;
    std::uint64_t bytes = size_of(dtype);
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
        input.fail_at(4, "the header promises ", product, " elements of ", dtype,
                      ", more than the file can hold");
    }
    return Shape(sizes);
}

void to_native(std::span<std::byte> bytes, std::size_t width) {
    if (std::endian::native == std::endian::big || width == 1) return;
    for (std::size_t i = 0; i < bytes.size(); i += width)
        std::reverse(bytes.data() + i, bytes.data() + i + width);
}

}  // namespace

Tensor read_idx(const std::filesystem::path& path) {
    Input input("read_idx", path);
    std::array<std::byte, 4> magic;
    input.read(magic, "its magic number");
    if (magic[0] != std::byte{0} || magic[1] != std::byte{0})
        input.fail_at(0, "not an IDX file: it doesn't start with two zero bytes");
    const DType dtype = element_type(input, magic[2]);
    const int rank = std::to_integer<int>(magic[3]);
    if (rank < 1 || rank > Shape::max_rank)
        input.fail_at(3, "an array of ", rank, " axes; 1 to ", Shape::max_rank, " can be read");

    Array values({read_shape(input, rank, dtype), dtype});
    const std::span bytes(static_cast<std::byte*>(values.raw()), values.spec().bytes());
    input.read(bytes, sentence("its ", values.shape(), " elements"));
    std::byte more;
    const std::uint64_t end = input.offset();
    if (input.read_some({&more, 1}) != 0)
        input.fail_at(end, "the file goes on after the ", values.shape(),
                      " elements of its header");
    to_native(bytes, size_of(dtype));
    return Tensor(values);
}

}  // namespace shikumi::datasets
