#include <shikumi/formats/detail/hdf5_attributes.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/byte_order.hpp>

namespace shikumi::formats::detail {

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint64_t no_address = ~std::uint64_t{0};

[[noreturn]] void refuse(std::string_view what) {
    throw IoError("its header is damaged: " + std::string(what));
}

// Bytes that are read from front to back.
class Cursor {
public:
    explicit Cursor(Bytes bytes) : bytes_(bytes) {}

    std::size_t left() const { return bytes_.size(); }
    Bytes take(std::uint64_t count) {
        if (count > bytes_.size()) refuse("a part ends too early");
        const Bytes taken = bytes_.first(static_cast<std::size_t>(count));
        bytes_ = bytes_.subspan(static_cast<std::size_t>(count));
        return taken;
    }
    std::uint64_t number(std::size_t size) { return little_endian(take(size)); }
    std::string_view text(std::uint64_t count) {
        const Bytes bytes = take(count);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    // In older versions, parts fill multiples of eight bytes.
    Bytes part(std::uint64_t count, bool padded) {
        const Bytes taken = take(count);
        if (padded) take((8 - count % 8) % 8);
        return taken;
    }

private:
    Bytes bytes_;
};

Bytes range(Bytes file, std::uint64_t begin, std::uint64_t size) {
    if (begin > file.size() || size > file.size() - begin)
        refuse("a part lies outside of the file");
    return file.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
}

// ---- messages of an object's header -------------------------------------------------------------

enum Message : std::uint64_t {
    attribute = 0x0C,
    continuation = 0x10,
    symbol_table = 0x11,
    attribute_info = 0x15
};

// Calls `each` with the type and content of every message.
class Header {
public:
    using Each = std::function<void(std::uint64_t type, Bytes content)>;

    Header(Bytes file, std::uint64_t address, Each each) : file_(file), each_(std::move(each)) {
        Cursor start(range(file, std::min<std::uint64_t>(address, file.size()),
                           file.size() - std::min<std::uint64_t>(address, file.size())));
        if (Cursor(start).text(4) == "OHDR")
            second_version(start);
        else
            first_version(start);
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            constexpr std::size_t most_blocks = 4096;
            if (blocks_.size() > most_blocks) refuse("there are too many blocks");
            messages(blocks_[i]);
        }
    }

private:
    void first_version(Cursor start) {
        if (start.number(1) != 1) refuse("it is of an unknown version");
        start.take(7);  // a reserved byte, the number of messages, the number of references
        const std::uint64_t size = start.number(4);
        start.take(4);
        blocks_.push_back(start.take(size));
    }

    void second_version(Cursor start) {
        second_ = true;
        start.take(4);
        if (start.number(1) != 2) refuse("it is of an unknown version");
        const std::uint64_t flags = start.number(1);
        has_order_ = (flags & 4) != 0;
        if (flags & 0x20) start.take(16);  // times
        if (flags & 0x10) start.take(4);   // how many attributes are kept elsewhere
        blocks_.push_back(start.take(start.number(std::size_t{1} << (flags & 3))));
    }

    void messages(Bytes block) {
        const std::size_t head = second_ ? (has_order_ ? 6 : 4) : 8;
        for (Cursor left(block); left.left() >= head;) {
            const std::uint64_t type = left.number(second_ ? 1 : 2), size = left.number(2);
            const std::uint64_t flags = left.number(1);
            left.take(head - (second_ ? 4 : 5));
            const Bytes content = left.take(size);
            if (type == continuation)
                add_block(Cursor(content));
            else if (!(flags & 2))  // a message that is shared isn't here
                each_(type, content);
        }
    }

    void add_block(Cursor content) {
        const std::uint64_t address = content.number(8), size = content.number(8);
        const Bytes block = range(file_, address, size);
        if (!second_) return blocks_.push_back(block);
        constexpr std::size_t around = 4;  // "OCHK" and a checksum
        if (size < 2 * around) refuse("a block is too small");
        blocks_.push_back(block.subspan(around, block.size() - 2 * around));
    }

    Bytes file_;
    Each each_;
    bool second_ = false, has_order_ = false;
    std::vector<Bytes> blocks_;
};

// ---- types and sizes ----------------------------------------------------------------------------

struct TextType {
    bool variable = false;
    std::uint64_t size = 0;  // of an element
    bool space_padded = false;
};

std::optional<TextType> text_type(Cursor type) {
    constexpr std::uint64_t fixed = 3, variable = 9, text = 1, space_padded = 2;
    const std::uint64_t kind = type.number(1) & 15, bits = type.number(3), size = type.number(4);
    if (kind == fixed) return TextType{false, size, (bits & 15) == space_padded};
    if (kind == variable && (bits & 15) == text) return TextType{true, size};
    return std::nullopt;
}

struct Count {
    bool list = false;
    std::uint64_t elements = 1;
};

// Nothing for what has more than one axis, or no elements that could be.
std::optional<Count> count_in(Cursor space) {
    const std::uint64_t version = space.number(1), rank = space.number(1);
    space.number(1);
    const std::uint64_t kind = space.number(1);
    constexpr std::uint64_t null = 2;
    if (version != 1 && version != 2) refuse("the sizes of an attribute are of an unknown version");
    if (version == 1) space.take(4);
    if (rank > 1 || (version == 2 && kind == null)) return std::nullopt;
    return rank == 0 ? Count{} : Count{true, space.number(8)};
}

// ---- texts --------------------------------------------------------------------------------------

// The objects of a global heap, by their numbers.
using Heap = std::map<std::uint64_t, Bytes>;

Heap heap_at(Bytes file, std::uint64_t address) {
    Cursor start(range(file, address, 16));
    if (start.text(4) != "GCOL" || start.number(1) != 1) refuse("there is no heap of texts");
    start.take(3);
    const std::uint64_t size = start.number(8);
    if (size < 16) refuse("a heap of texts is too small");
    Cursor left(range(file, address, size));
    left.take(16);
    Heap heap;
    while (left.left() >= 16) {
        const std::uint64_t index = left.number(2);
        left.take(6);
        const std::uint64_t bytes = left.number(8);
        if (index == 0) break;  // the rest is free
        heap.emplace(index, left.part(bytes, true));
    }
    return heap;
}

std::string until_zero(std::string_view text) {
    return std::string(text.substr(0, text.find('\0')));
}

std::string fixed_text(std::string_view text, bool space_padded) {
    if (space_padded) return std::string(text.substr(0, text.find_last_not_of(' ') + 1));
    return until_zero(text);
}

class Reader {
public:
    Reader(Bytes file, const std::function<void(std::uint64_t)>& spend)
        : file_(file), spend_(spend) {}

    void add(Bytes message, Hdf5Texts& all) {
        Cursor left(message);
        const std::uint64_t version = left.number(1), flags = left.number(1);
        if (version < 1 || version > 3) refuse("an attribute is of an unknown version");
        const std::uint64_t name_size = left.number(2), type_size = left.number(2),
                            space_size = left.number(2);
        if (version == 3) left.take(1);  // the alphabet of the name
        const bool padded = version == 1;
        const Bytes name = left.part(name_size, padded), type = left.part(type_size, padded),
                    space = left.part(space_size, padded);
        if (version > 1 && flags != 0) return;  // its type is kept elsewhere
        const std::optional<Count> count = count_in(Cursor(space));
        if (!count) return;
        const std::string key = until_zero(Cursor(name).text(name.size()));
        spend_(key.size());
        if (const auto texts = texts_in(left, text_type(Cursor(type)), *count))
            all.emplace(key, std::move(*texts));
    }

private:
    std::optional<std::vector<std::string>> texts_in(Cursor data,
                                                     const std::optional<TextType>& type,
                                                     const Count& count) {
        if (count.list && count.elements == 0) return std::vector<std::string>();
        if (!type) return std::nullopt;
        constexpr std::uint64_t reference = 16;  // a length, an address and an index
        if (type->size == 0 || (type->variable && type->size != reference))
            refuse("a text has a size that can't be");
        if (count.elements > data.left() / type->size) refuse("there are fewer texts than it says");
        std::vector<std::string> texts;
        for (std::uint64_t i = 0; i < count.elements; ++i)
            texts.push_back(type->variable ? variable_text(data) : counted_text(data, *type));
        return texts;
    }
    std::string counted_text(Cursor& data, const TextType& type) const {
        spend_(type.size);
        return fixed_text(data.text(type.size), type.space_padded);
    }
    std::string variable_text(Cursor& data) {
        const std::uint64_t length = data.number(4), address = data.number(8),
                            index = data.number(4);
        if (length == 0 || address == 0 || address == no_address) return {};
        auto heap = heaps_.find(address);
        if (heap == heaps_.end()) heap = heaps_.emplace(address, heap_at(file_, address)).first;
        const auto found = heap->second.find(index);
        if (found == heap->second.end()) refuse("a text isn't where it should be");
        const Bytes object = found->second;
        if (length > object.size()) refuse("a text is longer than what is stored of it");
        spend_(length);
        return until_zero(Cursor(object).text(length));
    }

    Bytes file_;
    const std::function<void(std::uint64_t)>& spend_;
    std::map<std::uint64_t, Heap> heaps_;  // by their addresses
};

}  // namespace

// libhdf5 would take any memory for the names.
void check_hdf5_names(std::span<const std::byte> file, std::span<const std::byte> table) {
    Cursor addresses(table);
    addresses.take(8);  // of the tree
    Cursor heap(range(file, addresses.number(8), 32));
    if (heap.text(4) != "HEAP") refuse("there is no heap of names");
    heap.take(4);
    const std::uint64_t size = heap.number(8);
    heap.take(8);  // where its free space begins
    range(file, heap.number(8), size);
}

Hdf5Texts hdf5_texts(std::span<const std::byte> file, std::uint64_t header,
                     const std::function<void(std::uint64_t)>& spend) {
    Hdf5Texts all;
    Reader reader(file, spend);
    const Header messages(file, header, [&](std::uint64_t type, Bytes content) {
        if (type == attribute) reader.add(content, all);
        if (type == symbol_table) check_hdf5_names(file, content);
        if (type != attribute_info) return;
        Cursor info(content);
        info.take(1);
        const bool has_order = (info.number(1) & 1) != 0;
        if (has_order) info.take(2);
        if (info.number(8) != no_address)
            throw IoError("it has so many attributes that they are kept in a way that isn't read");
    });
    return all;
}

}  // namespace shikumi::formats::detail
