#include <shikumi/formats/detail/npy_header.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/byte_order.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>

namespace shikumi::formats::detail {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = std::size_t{1} << 16;

struct TypeCode {
    StoredType type;
    std::string_view code;
};

constexpr TypeCode type_codes[] = {
    {StoredType::bool_, "b1"}, {StoredType::u8, "u1"},  {StoredType::i8, "i1"},
    {StoredType::u16, "u2"},   {StoredType::i16, "i2"}, {StoredType::f16, "f2"},
    {StoredType::u32, "u4"},   {StoredType::i32, "i4"}, {StoredType::f32, "f4"},
    {StoredType::u64, "u8"},   {StoredType::i64, "i8"}, {StoredType::f64, "f8"}};

// The dictionary in a header: texts, truth values and tuples of integers by names, as Python writes
// them. Nothing else is understood, and nothing is evaluated.
class HeaderParser {
public:
    HeaderParser(std::string_view text, std::string_view reader, std::string_view where)
        : text_(text), reader_(reader), where_(where) {}

    NpyHeader parse() {
        want('{');
        while (!skip('}')) {
            parse_entry();
            if (skip(',')) continue;
            want('}');
            break;
        }
        skip_spaces();
        if (!text_.empty()) broken("something follows the dictionary");
        if (!type_) broken("it has no 'descr'");
        if (!fortran_order_) broken("it has no 'fortran_order'");
        if (!shape_) broken("it has no 'shape'");
        return {*type_, big_endian_, *fortran_order_, *shape_, 0};
    }

private:
    template <class... Parts>
    [[noreturn]] void refuse(const Parts&... parts) const {
        fail<IoError>(reader_, where_, ": ", parts...);
    }
    template <class... Parts>
    [[noreturn]] void broken(const Parts&... parts) const {
        refuse("its header is broken: ", parts...);
    }

    void skip_spaces() {
        const auto start = text_.find_first_not_of(" \t\r\n");
        text_.remove_prefix(std::min(start, text_.size()));
    }
    bool skip(char c) {
        skip_spaces();
        if (!text_.starts_with(c)) return false;
        text_.remove_prefix(1);
        return true;
    }
    void want(char c) {
        if (!skip(c))
            broken("no ", std::string_view(&c, 1), " at ", in_quotes(text_.substr(0, 20)));
    }
    bool skip_word(std::string_view word) {
        skip_spaces();
        if (!text_.starts_with(word)) return false;
        text_.remove_prefix(word.size());
        return true;
    }

    std::string_view parse_text() {
        skip_spaces();
        if (!text_.starts_with('\'') && !text_.starts_with('"'))
            broken("no text at ", in_quotes(text_.substr(0, 20)));
        const auto end = text_.find(text_.front(), 1);
        if (end == std::string_view::npos) broken("a text doesn't end");
        const std::string_view inside = text_.substr(1, end - 1);
        if (inside.find('\\') != std::string_view::npos) broken("a text has a backslash");
        text_.remove_prefix(end + 1);
        return inside;
    }

    void parse_entry() {
        const std::string_view key = parse_text();
        want(':');
        if (key == "descr" && !type_) {
            parse_type();
        } else if (key == "fortran_order" && !fortran_order_) {
            const bool yes = skip_word("True");
            if (!yes && !skip_word("False")) broken("'fortran_order' is neither True nor False");
            fortran_order_ = yes;
        } else if (key == "shape" && !shape_) {
            shape_ = parse_shape();
        } else {
            broken("the key ", in_quotes(key), " is unknown or there twice");
        }
    }

    void parse_type() {
        skip_spaces();
        if (text_.starts_with('['))
            refuse("it holds a structured array; only numbers and truth values can be read");
        const std::string_view descr = parse_text();
        std::string_view code = descr;
        const char order = code.empty() ? ' ' : code.front();
        if (std::string_view("<>=|").find(order) != std::string_view::npos) code.remove_prefix(1);
        if (code.starts_with('O'))
            refuse("it holds an object array, ", in_quotes(descr),
                   ", whose elements are pickles, which are never run");
        const auto* found =
            std::ranges::find(type_codes, code == "?" ? "b1" : code, &TypeCode::code);
        if (found == std::end(type_codes))
            refuse("its elements are of the type ", in_quotes(descr),
                   "; only numbers and truth values can be read");
        type_ = found->type;
        const bool native_is_big = std::endian::native == std::endian::big;
        big_endian_ = order == '>' || (order != '<' && native_is_big);
    }

    Shape parse_shape() {
        want('(');
        Shape::Sizes sizes;
        bool closed = skip(')');
        while (!closed) {
            if (sizes.rank() == Shape::max_rank)
                refuse("it has more than ", Shape::max_rank, " axes");
            sizes.push_back(parse_size());
            const bool comma = skip(',');
            closed = skip(')');
            if (!comma && !closed) broken("'shape' is no tuple of integers");
            if (closed && !comma && sizes.rank() == 1)
                broken("'shape' is no tuple: (n) is a number");
        }
        try {
            return Shape(sizes);
        } catch (const ShapeError& e) {
            refuse(e.what());
        }
    }

    Index parse_size() {
        skip_spaces();
        if (text_.starts_with('-')) refuse("it has a negative axis");
        std::uint64_t size = 0;
        bool digits = false;
        for (; !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; text_.remove_prefix(1)) {
            digits = true;
            const auto digit = static_cast<std::uint64_t>(text_[0] - '0');
            if (__builtin_mul_overflow(size, std::uint64_t{10}, &size) ||
                __builtin_add_overflow(size, digit, &size) ||
                size > std::uint64_t{std::numeric_limits<Index>::max()})
                refuse("it has an axis beyond 2^63");
        }
        if (!digits) broken("'shape' is no tuple of integers");
        skip('L');  // Python 2's long integers
        return static_cast<Index>(size);
    }

    std::string_view text_, reader_, where_;
    std::optional<StoredType> type_;
    bool big_endian_ = false;
    std::optional<bool> fortran_order_;
    std::optional<Shape> shape_;
};

// From the order in which the first axis varies fastest to the one in which the last does.
void reorder(std::span<std::byte> bytes, const Shape& shape, std::size_t width) {
    const std::vector<std::byte> columns(bytes.begin(), bytes.end());
    const int rank = shape.rank();
    std::array<std::size_t, Shape::max_rank> strides{}, at{};
    std::size_t stride = width;
    for (int axis = 0; axis < rank; ++axis) {
        strides[static_cast<std::size_t>(axis)] = stride;
        stride *= static_cast<std::size_t>(shape[axis]);
    }
    std::size_t from = 0;
    for (std::size_t to = 0; to < bytes.size(); to += width) {
        std::memcpy(bytes.data() + to, columns.data() + from, width);
        for (int axis = rank - 1; axis >= 0; --axis) {  // count on, the last axis fastest
            const auto a = static_cast<std::size_t>(axis);
            from += strides[a];
            if (++at[a] < static_cast<std::size_t>(shape[axis])) break;
            from -= strides[a] * at[a];
            at[a] = 0;
        }
    }
}

}  // namespace

NpyHeader read_npy_header(const NextBytes& next, std::uint64_t total, std::string_view reader,
                          std::string_view where) {
    std::array<std::byte, 8> start{};
    const bool long_enough = total >= start.size();
    if (long_enough) next(start);
    if (!long_enough || std::memcmp(start.data(), magic.data(), magic.size()) != 0)
        fail<IoError>(reader, where, " is no .npy file: it doesn't begin with \\x93NUMPY");
    const int version = std::to_integer<int>(start[6]), minor = std::to_integer<int>(start[7]);
    if (version < 1 || version > 3 || minor != 0)
        fail<IoError>(reader, where, " is of the unknown version ", version, ".", minor);
    std::array<std::byte, 4> length_bytes{};
    const std::span<std::byte> length_span =
        std::span(length_bytes).first(version == 1 ? std::size_t{2} : std::size_t{4});
    std::uint64_t begin = start.size() + length_span.size();
    if (total < begin) fail<IoError>(reader, where, " ends within its header");
    next(length_span);
    const std::uint64_t length = little_endian(length_span);
    if (length > total - begin)
        fail<IoError>(reader, where, " has a header of ", length, " bytes, longer than the rest");
    if (length > longest_header)
        fail<IoError>(reader, where, " has a header of ", length, " bytes; the limit is ",
                      longest_header);
    std::string text(static_cast<std::size_t>(length), '\0');
    next(std::as_writable_bytes(std::span(text)));
    NpyHeader header = HeaderParser(text, reader, where).parse();
    header.size = begin + length;
    const std::uint64_t wanted =
        static_cast<std::uint64_t>(header.shape.size()) * size_of(header.type);
    const std::uint64_t left = total - header.size;
    if (wanted > left)
        fail<IoError>(reader, where, ": its elements, ", name(header.type), " ", header.shape,
                      ", take ", wanted, " bytes, of which there are ", left);
    if (wanted < left)
        fail<IoError>(reader, where, " goes on for ", left - wanted, " bytes after its elements, ",
                      name(header.type), " ", header.shape);
    return header;
}

void read_npy_elements(const NextBytes& next, const NpyHeader& header, StoredTensor& tensor) {
    const std::span<std::byte> bytes = tensor.mutable_bytes();
    next(bytes);
    const std::size_t width = size_of(header.type);
    if (header.big_endian)
        swap_unless_big(bytes, width);
    else
        swap_unless_little(bytes, width);
    if (header.fortran_order && header.shape.rank() > 1) reorder(bytes, header.shape, width);
}

std::string npy_header(const StoredTensor& tensor, std::string_view writer) {
    const auto* const found = std::ranges::find(type_codes, tensor.type(), &TypeCode::type);
    if (found == std::end(type_codes))
        fail<DTypeError>(writer, "NumPy has no type for ", name(tensor.type()));
    const char* const order = size_of(tensor.type()) == 1 ? "|" : "<";
    const std::string literal =
        sentence("{'descr': '", order, found->code,
                 "', 'fortran_order': False, 'shape': ", to_string(tensor.shape()), ", }");
    constexpr std::size_t before = 10, alignment = 64;  // magic, version, length
    const std::size_t whole = (before + literal.size() + 1 + alignment - 1) / alignment * alignment;
    const std::size_t length = whole - before;
    std::string header = std::string(magic) + '\1' + '\0';
    header += static_cast<char>(length & 255);
    header += static_cast<char>(length >> 8);
    header += literal;
    header.resize(whole - 1, ' ');
    return header + '\n';
}

}  // namespace shikumi::formats::detail
