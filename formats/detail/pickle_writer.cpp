#include <shikumi/formats/detail/pickle_writer.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <variant>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/torch_kind.hpp>
#include <shikumi/formats/detail/utf8.hpp>

namespace shikumi::formats::detail {

namespace {

// PyTorch's class of the storage; empty for a type that has none.
std::string_view storage_class(StoredType type) {
    switch (type) {
        case StoredType::bool_:
            return "BoolStorage";
        case StoredType::u8:
            return "ByteStorage";
        case StoredType::i8:
            return "CharStorage";
        case StoredType::i16:
            return "ShortStorage";
        case StoredType::f16:
            return "HalfStorage";
        case StoredType::bf16:
            return "BFloat16Storage";
        case StoredType::i32:
            return "IntStorage";
        case StoredType::f32:
            return "FloatStorage";
        case StoredType::i64:
            return "LongStorage";
        case StoredType::f64:
            return "DoubleStorage";
        default:
            return {};
    }
}

}  // namespace

TorchPickle::TorchPickle(std::string_view writer, const TorchValue& object) : writer_(writer) {
    bytes_ = "\x80\x02";
    write(object);
    bytes_ += '.';
    writer_ = {};
}

void TorchPickle::write(const TorchValue& object) {
    std::visit([&](const auto& value) { write(value); }, object.kind().value);
}

void TorchPickle::write(const Config& value) {
    if (const bool* truth = value.boolean()) {
        bytes_ += *truth ? '\x88' : '\x89';
    } else if (const auto* integer = value.integer()) {
        write_number(*integer);
    } else if (const double* number = value.number()) {
        bytes_ += 'G';
        const auto bits = std::bit_cast<std::uint64_t>(*number);
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes_ += static_cast<char>(bits >> shift & 255);
    } else if (const std::string* text = value.text()) {
        write_text(*text);
    } else if (const Config::List* list = value.list()) {
        bytes_ += "](";
        for (const Config& item : *list) write(item);
        bytes_ += 'e';
    } else if (const Config::Object* object = value.object()) {
        bytes_ += "}(";
        for (const auto& [name, item] : *object) {
            write_text(name);
            write(item);
        }
        bytes_ += 'u';
    } else {
        bytes_ += 'N';
    }
}

void TorchPickle::write(const TorchValue::Tuple& tuple) {
    bytes_ += '(';
    for (const TorchValue& item : tuple.items) write(item);
    bytes_ += 't';
}

void TorchPickle::write(const TorchValue::List& list) {
    bytes_ += "](";
    for (const TorchValue& item : list) write(item);
    bytes_ += 'e';
}

void TorchPickle::write(const TorchValue::Dict& dict) {
    bytes_ += "}(";
    for (const auto& [key, value] : dict) {
        if (!key.text() && !key.integer())
            fail<ValueError>(writer_, "a key is a text or an integer, got ", key.description());
        write(key);
        write(value);
    }
    bytes_ += 'u';
}

void TorchPickle::write(const TorchValue::StateDict& dict) {
    write_new_ordered_dict();
    bytes_ += '(';
    for (const NamedTensor& tensor : dict.tensors) {
        write_text(tensor.name);
        write(tensor.value);
    }
    bytes_ += 'u';
    if (dict.versions.empty()) return;
    bytes_ += '}';
    write_text("_metadata");
    write_new_ordered_dict();
    bytes_ += '(';
    for (const auto& [module, version] : dict.versions) {
        write_text(module);
        write(Config{{"version", version}});
    }
    bytes_ += "usb";
}

void TorchPickle::write(const StoredTensor& tensor) {
    const std::string_view typed = storage_class(tensor.type());
    // Each has a storage of its own: what shares one in Python is changed together.
    const std::size_t key = storages_.size();
    storages_.push_back(tensor);
    write_global("torch._utils", typed.empty() ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2");
    bytes_ += "((";
    write_text("storage");
    if (typed.empty())
        write_global("torch.storage", "UntypedStorage");
    else
        write_global("torch", typed);
    write_text(std::to_string(key));
    write_text("cpu");
    write_number(typed.empty() ? static_cast<std::int64_t>(tensor.bytes().size())
                               : tensor.shape().size());
    bytes_ += "tQ";
    write_number(0);
    const Shape::Sizes sizes = tensor.shape().sizes();
    const std::vector<Index> shape(sizes.begin(), sizes.end());
    std::vector<Index> strides(shape.size(), 1);
    for (std::size_t axis = shape.size(); axis-- > 1;)
        strides[axis - 1] = strides[axis] * std::max<Index>(shape[axis], 1);
    write_sizes(shape);
    write_sizes(strides);
    bytes_ += '\x89';
    write_new_ordered_dict();  // no hooks
    if (typed.empty()) write_global("torch", name(tensor.type()));
    bytes_ += "tR";
}

void TorchPickle::write_sizes(const std::vector<Index>& sizes) {
    bytes_ += '(';
    for (const Index size : sizes) write_number(size);
    bytes_ += 't';
}

void TorchPickle::write_number(std::int64_t number) {
    if (number >= 0 && number < 256) {
        bytes_ += 'K';
        write_little_endian(static_cast<std::uint64_t>(number), 1);
    } else if (number >= std::numeric_limits<std::int32_t>::min() &&
               number <= std::numeric_limits<std::int32_t>::max()) {
        bytes_ += 'J';
        write_little_endian(static_cast<std::uint64_t>(number), 4);
    } else {
        bytes_ += "\x8a\x08";
        write_little_endian(static_cast<std::uint64_t>(number), 8);
    }
}

void TorchPickle::write_text(std::string_view text) {
    if (!is_utf8(text)) fail<ValueError>(writer_, in_quotes(text), " is not UTF-8");
    bytes_ += 'X';
    write_little_endian(text.size(), 4);
    bytes_ += text;
}

void TorchPickle::write_global(std::string_view module, std::string_view name) {
    bytes_ += 'c';
    bytes_ += module;
    bytes_ += '\n';
    bytes_ += name;
    bytes_ += '\n';
}

void TorchPickle::write_new_ordered_dict() {
    write_global("collections", "OrderedDict");
    bytes_ += ")R";
}

void TorchPickle::write_little_endian(std::uint64_t number, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) bytes_ += static_cast<char>(number >> 8 * i & 255);
}

}  // namespace shikumi::formats::detail
