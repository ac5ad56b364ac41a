#include <shikumi/formats/detail/onnx_tensors.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>
#include <type_traits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/beside.hpp>
#include <shikumi/formats/detail/byte_order.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/input_file.hpp>

#ifdef SHIKUMI_HAVE_ONNX

#include <shikumi/formats/detail/onnx_fields.hpp>

namespace shikumi::formats::detail {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view reader = "read_onnx";

// Numbers as elements of another type; false where one doesn't fit.
template <class To, class From>
bool copy_numbers(const std::vector<From>& from, std::span<std::byte> to) {
    for (std::size_t i = 0; i < from.size(); ++i) {
        const auto element = static_cast<To>(from[i]);
        if constexpr (std::is_integral_v<From>)
            if (static_cast<From>(element) != from[i]) return false;
        std::memcpy(to.data() + i * sizeof(To), &element, sizeof(To));
    }
    return true;
}

bool copy_ints(const OnnxTensor& tensor, StoredType type, std::span<std::byte> to) {
    switch (type) {
        case StoredType::bool_:
        case StoredType::u8:
        case StoredType::f8_e4m3:
        case StoredType::f8_e5m2:
            return copy_numbers<std::uint8_t>(tensor.ints, to);
        case StoredType::i8:
            return copy_numbers<std::int8_t>(tensor.ints, to);
        case StoredType::i16:
            return copy_numbers<std::int16_t>(tensor.ints, to);
        case StoredType::i32:
            return copy_numbers<std::int32_t>(tensor.ints, to);
        default:  // u16, and the bits of f16 and bf16
            return copy_numbers<std::uint16_t>(tensor.ints, to);
    }
}

}  // namespace

void OnnxTensors::refuse(const OnnxTensor& tensor, const std::string& why) const {
    fail<IoError>(reader, path_, ": the tensor ", in_quotes(tensor.name), " ", why);
}

Shape OnnxTensors::shape_of(const OnnxTensor& tensor) const {
    constexpr std::int64_t most = std::int64_t{1} << 40;
    if (tensor.dims.size() > Shape::max_rank)
        refuse(tensor, sentence("has ", tensor.dims.size(), " axes, at most ", Shape::max_rank,
                                " are possible"));
    std::int64_t elements = 1;
    for (const std::int64_t size : tensor.dims) {
        if (size < 0) refuse(tensor, sentence("has an axis of the negative size ", size));
        if (size > most || (size > 0 && elements > most / size))
            refuse(tensor, "is too large: the product of its sizes exceeds 2⁴⁰");
        elements *= std::max<std::int64_t>(size, 1);
    }
    return Shape(std::span<const Index>(tensor.dims));
}

StoredTensor OnnxTensors::made(const OnnxTensor& tensor) {
    const auto type = onnx::type_of(tensor.type);
    if (tensor.type == 8) refuse(tensor, "holds strings, which no tensor here can");
    if (!type)
        refuse(tensor, sentence("has elements of the type ", tensor.type,
                                " of ONNX, which no tensor here can have"));
    const Shape shape = shape_of(tensor);
    const std::uint64_t bytes = static_cast<std::uint64_t>(shape.size()) * size_of(*type);
    if (bytes > bytes_left_)
        refuse(tensor, sentence("is too large: it takes ", bytes, " bytes, and the budget leaves ",
                                bytes_left_));
    if (!tensor.external && tensor.raw && tensor.raw->size() != bytes)
        refuse(tensor, sentence("has ", tensor.raw->size(), " bytes of data; the shape ", shape,
                                " takes ", bytes));
    // Numbers take a byte of the file each, and one element at most.
    const std::size_t numbers = tensor.floats.size() + tensor.ints.size() + tensor.longs.size() +
                                tensor.doubles.size() + tensor.naturals.size();
    if (!tensor.external && !tensor.raw && numbers != static_cast<std::size_t>(shape.size()))
        refuse(tensor,
               sentence("has ", numbers, " numbers; the shape ", shape, " takes ", shape.size()));
    if (tensor.external && (tensor.raw || numbers > 0))
        refuse(tensor, "has data in the file and in another one");
    bytes_left_ -= bytes;
    if (tensor.external) {
        // Before memory is taken: the other file has to have the data.
        StoredTensor none(*type, {0});
        OnnxTensor checked = tensor;
        checked.length = tensor.length.value_or(bytes);
        if (*checked.length != bytes)
            refuse(tensor, sentence("has ", *checked.length, " bytes of data; the shape ", shape,
                                    " takes ", bytes));
        fill_from_file(checked, none);
        StoredTensor made(*type, shape);
        fill_from_file(checked, made);
        return made;
    }
    StoredTensor made(*type, shape);
    if (tensor.raw)
        fill_from_raw(tensor, made);
    else
        fill_from_numbers(tensor, made);
    return made;
}

void OnnxTensors::fill_from_raw(const OnnxTensor& tensor, StoredTensor& made) const {
    const std::span<std::byte> to = made.mutable_bytes();
    if (!to.empty()) std::memcpy(to.data(), tensor.raw->data(), to.size());
    swap_unless_little(to, size_of(made.type()));
}

void OnnxTensors::fill_from_numbers(const OnnxTensor& tensor, StoredTensor& made) const {
    const auto elements = static_cast<std::size_t>(made.shape().size());
    const std::span<std::byte> to = made.mutable_bytes();
    const auto want = [&](const auto& numbers, std::string_view field) {
        if (numbers.size() != elements)
            refuse(tensor, sentence("has elements of ", formats::name(made.type()), " outside ",
                                    field, ", where they belong"));
    };
    bool fits = true;
    switch (made.type()) {
        case StoredType::f32:
            want(tensor.floats, "float_data");
            copy_numbers<float>(tensor.floats, to);
            break;
        case StoredType::f64:
            want(tensor.doubles, "double_data");
            copy_numbers<double>(tensor.doubles, to);
            break;
        case StoredType::i64:
            want(tensor.longs, "int64_data");
            copy_numbers<std::int64_t>(tensor.longs, to);
            break;
        case StoredType::u32:
            want(tensor.naturals, "uint64_data");
            fits = copy_numbers<std::uint32_t>(tensor.naturals, to);
            break;
        case StoredType::u64:
            want(tensor.naturals, "uint64_data");
            copy_numbers<std::uint64_t>(tensor.naturals, to);
            break;
        default:
            want(tensor.ints, "int32_data");
            fits = copy_ints(tensor, made.type(), to);
    }
    if (!fits) refuse(tensor, sentence("has a number that ", name(made.type()), " can't hold"));
}

// With an empty tensor it only checks.
void OnnxTensors::fill_from_file(const OnnxTensor& tensor, StoredTensor& made) const {
    const std::string& location = tensor.location;
    const auto refuse_place = [&](std::string_view why) {
        refuse(tensor, sentence("has its data in ", in_quotes(location), ", ", why));
    };
    const fs::path folder = fs::path(path_).parent_path(), path = folder / location;
    if (const std::string_view why = refused_beside(folder, location); !why.empty())
        refuse_place(why);
    const InputFile file(reader, path);
    if (tensor.offset > file.size() || *tensor.length > file.size() - tensor.offset)
        refuse_place(sentence("from byte ", tensor.offset, " to ", *tensor.length,
                              " bytes later, and the file has ", file.size()));
    if (made.bytes().empty()) return;
    file.read_at(tensor.offset, made.mutable_bytes());
    swap_unless_little(made.mutable_bytes(), size_of(made.type()));
}

}  // namespace shikumi::formats::detail

#endif
