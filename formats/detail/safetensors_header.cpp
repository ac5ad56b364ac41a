#include <shikumi/formats/detail/safetensors_header.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>

namespace shikumi::formats::detail {

namespace {

struct TypeName {
    StoredType type;
    std::string_view name;
};

// In the order in which the library of that name writes tensors.
constexpr TypeName type_names[] = {
    {StoredType::u64, "U64"},   {StoredType::i64, "I64"},         {StoredType::f64, "F64"},
    {StoredType::f32, "F32"},   {StoredType::u32, "U32"},         {StoredType::i32, "I32"},
    {StoredType::bf16, "BF16"}, {StoredType::f16, "F16"},         {StoredType::u16, "U16"},
    {StoredType::i16, "I16"},   {StoredType::f8_e4m3, "F8_E4M3"}, {StoredType::f8_e5m2, "F8_E5M2"},
    {StoredType::i8, "I8"},     {StoredType::u8, "U8"},           {StoredType::bool_, "BOOL"}};

const TypeName* find(StoredType type) {
    return std::ranges::find(type_names, type, &TypeName::type);
}

constexpr std::string_view metadata_key = "__metadata__";

// Takes the header piece by piece from a JSON parser, so that no more of it is in memory than what
// is kept. At each depth only one kind of value is allowed; nothing may lie deeper.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json> {
public:
    HeaderReader(std::string_view reader, std::string_view where, const FileBudget& budget)
        : reader_(reader), where_(where), budget_(budget) {}

    SafetensorsHeader take() { return std::move(header_); }

    bool start_object(std::size_t) override {
        if (place_ == Place::file) {
            place_ = Place::names;
        } else if (place_ == Place::names && name_ == metadata_key) {
            if (std::exchange(has_metadata_, true)) refuse("holds '__metadata__' twice");
            place_ = Place::metadata;
        } else if (place_ == Place::names) {
            if (header_.entries.size() >= budget_.tensors)
                refuse("holds more than ", budget_.tensors, " tensors, which is the budget");
            entry_ = {};
            place_ = Place::entry;
        } else {
            refuse_value("an object");
        }
        return true;
    }
    bool end_object() override {
        if (place_ == Place::entry) finish_entry();
        place_ = place_ == Place::names ? Place::file : Place::names;
        return true;
    }
    bool key(string_t& key) override {
        if (place_ == Place::entry) {
            key_ = key;
            if (key != "dtype" && key != "shape" && key != "data_offsets")
                refuse(in_quotes(name_), " has an unknown ", in_quotes(key));
        } else if (place_ == Place::metadata) {
            key_ = key;
        } else {
            name_ = key;
        }
        return true;
    }
    bool start_array(std::size_t) override {
        if (place_ != Place::entry || key_ == "dtype") refuse_value("a list");
        auto& list = key_ == "shape" ? entry_.shape : entry_.offsets;
        if (list) refuse(in_quotes(name_), " has its ", key_, " twice");
        list.emplace();
        place_ = Place::numbers;
        return true;
    }
    bool end_array() override {
        place_ = Place::entry;
        return true;
    }
    bool number_unsigned(number_unsigned_t number) override {
        if (place_ != Place::numbers) refuse_value("a number");
        auto& list = key_ == "shape" ? *entry_.shape : *entry_.offsets;
        constexpr std::size_t most = 8;
        if (list.size() == most)
            refuse(in_quotes(name_), " has a ", key_, " of more than 8 numbers");
        list.push_back(number);
        return true;
    }
    bool string(string_t& text) override {
        if (place_ == Place::metadata) {
            if (!header_.metadata.emplace(key_, std::move(text)).second)
                refuse("'__metadata__' holds ", in_quotes(key_), " twice");
        } else if (place_ == Place::entry && key_ == "dtype") {
            if (entry_.dtype) refuse(in_quotes(name_), " has its dtype twice");
            entry_.dtype = std::move(text);
        } else {
            refuse_value("a text");
        }
        return true;
    }
    bool null() override { return refuse_value("null"); }
    bool boolean(bool) override { return refuse_value("a truth value"); }
    bool number_integer(number_integer_t) override { return refuse_value("a negative number"); }
    bool number_float(number_float_t, const string_t& text) override {
        return refuse_value("the number " + text.substr(0, 40));
    }
    bool binary(binary_t&) override { return refuse_value("bytes"); }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::json::exception&) override {
        refuse("its header is not JSON in UTF-8, at byte ", position + 7);
    }

private:
    enum class Place { file, names, metadata, entry, numbers };
    struct Entry {
        std::optional<std::string> dtype;
        std::optional<std::vector<std::uint64_t>> shape, offsets;
    };

    template <class... Parts>
    [[noreturn]] void refuse(const Parts&... parts) const {
        fail<IoError>(reader_, where_, ": ", parts...);
    }
    [[noreturn]] bool refuse_value(const std::string& what) const {
        if (place_ == Place::file) refuse("its header is ", what, ", not an object");
        if (place_ == Place::metadata)
            refuse("'__metadata__' may hold texts alone, ", in_quotes(key_), " is ", what);
        if (place_ == Place::names) refuse(in_quotes(name_), " is ", what, ", not an object");
        refuse(in_quotes(name_), " has the ", key_, place_ == Place::numbers ? " with " : " ",
               what);
    }

    StoredType type() const {
        const auto* found = std::ranges::find(type_names, *entry_.dtype, &TypeName::name);
        if (found == std::end(type_names))
            refuse(in_quotes(name_), " is of the unknown type ", in_quotes(*entry_.dtype));
        return found->type;
    }

    Shape shape() const {
        Shape::Sizes sizes;
        for (const std::uint64_t size : *entry_.shape) {
            constexpr std::uint64_t most = std::numeric_limits<Index>::max();
            if (size > most) refuse(in_quotes(name_), " has an axis of ", size);
            sizes.push_back(static_cast<Index>(size));
        }
        try {
            return Shape(sizes);
        } catch (const ShapeError& e) {
            refuse(in_quotes(name_), ": ", e.what());
        }
    }

    void finish_entry() {
        for (const auto& [given, what] : {std::pair{entry_.dtype.has_value(), "dtype"},
                                          std::pair{entry_.shape.has_value(), "shape"},
                                          std::pair{entry_.offsets.has_value(), "data_offsets"}}) {
            if (!given) refuse(in_quotes(name_), " has no ", what);
        }
        if (entry_.offsets->size() != 2)
            refuse(in_quotes(name_), " has ", entry_.offsets->size(), " data_offsets, not 2");
        SafetensorsEntry entry{
            {name_, type(), shape()}, (*entry_.offsets)[0], (*entry_.offsets)[1]};
        if (entry.begin > entry.end)
            refuse(in_quotes(name_), " begins at ", entry.begin, ", after its end at ", entry.end);
        if (entry.end - entry.begin != entry.tensor.bytes())
            refuse(in_quotes(name_), " of ", name(entry.tensor.type), " ", entry.tensor.shape,
                   " takes ", entry.tensor.bytes(), " bytes, its offsets give it ",
                   entry.end - entry.begin);
        header_.entries.push_back(std::move(entry));
    }

    std::string_view reader_, where_;
    const FileBudget& budget_;
    SafetensorsHeader header_;
    Place place_ = Place::file;
    std::string name_, key_;
    Entry entry_;
    bool has_metadata_ = false;
};

}  // namespace

std::string_view safetensors_name(StoredType type) noexcept { return find(type)->name; }

int safetensors_order(StoredType type) noexcept {
    return static_cast<int>(find(type) - std::begin(type_names));
}

SafetensorsHeader parse_safetensors_header(std::string_view text, std::string_view reader,
                                           std::string_view where, const FileBudget& budget) {
    if (text.find('\0') != std::string_view::npos)  // where the parser would stop
        fail<IoError>(reader, where, ": its header is not JSON: it has a zero byte");
    HeaderReader sax(reader, where, budget);
    nlohmann::json::sax_parse(text, &sax);
    SafetensorsHeader header = sax.take();
    std::ranges::stable_sort(header.entries, {},
                             [](const SafetensorsEntry& e) { return std::tuple(e.begin, e.end); });
    return header;
}

}  // namespace shikumi::formats::detail
