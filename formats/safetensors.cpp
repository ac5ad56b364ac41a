#include <shikumi/formats/safetensors.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/formats/detail/byte_order.hpp>
#include <shikumi/formats/detail/crc32c.hpp>
#include <shikumi/formats/detail/elements.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/input_file.hpp>
#include <shikumi/formats/detail/safetensors_header.hpp>

namespace shikumi::formats {

using detail::in_quotes;

namespace {

constexpr std::string_view safetensors_reader = "SafetensorsFile";
constexpr std::string_view safetensors_writer = "write_safetensors";
constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t largest_header = 100'000'000;  // the format's own limit

// ---- checksums
// ----------------------------------------------------------------------------------- "crc32c
// 1c291ca3 8a9136aa …": first that of the description, then those of all tensors in the order of
// the file. The description counts by what it says, not by its bytes, so that another program may
// lay out the same header in its own way.

constexpr std::string_view checksums_key = "checksums";
constexpr std::string_view checksums_kind = "crc32c";

std::uint32_t add(std::string_view text, std::uint32_t crc) {
    return detail::crc32c(std::string_view("\0", 1), detail::crc32c(text, crc));
}

std::uint32_t describe(const TensorEntry& tensor, std::uint32_t crc) {
    return add(to_string(tensor.shape), add(name(tensor.type), add(tensor.name, crc)));
}

std::uint32_t describe(const Metadata& metadata, std::uint32_t crc) {
    for (const auto& [key, text] : metadata) {
        if (key != checksums_key) crc = add(text, add(key, crc));
    }
    return crc;
}

std::string in_hex(std::uint32_t crc) {
    char text[10];
    std::snprintf(text, sizeof text, " %08x", crc);
    return text;
}

// The numbers; nothing where the text isn't of this kind.
std::optional<std::vector<std::uint32_t>> parse_checksums(std::string_view text) {
    if (!text.starts_with(checksums_kind)) return std::nullopt;
    text.remove_prefix(checksums_kind.size());
    std::vector<std::uint32_t> all;
    for (; text.size() >= 9 && text[0] == ' '; text.remove_prefix(9)) {
        std::uint32_t crc = 0;
        const char* const end = text.data() + 9;
        if (std::from_chars(text.data() + 1, end, crc, 16).ptr != end) break;
        all.push_back(crc);
    }
    if (!text.empty()) return std::nullopt;
    return all;
}

// ---- writing
// -------------------------------------------------------------------------------------

std::string json_text(std::string_view text) {
    try {
        return nlohmann::json(text).dump();
    } catch (const nlohmann::json::type_error&) {
        fail<ValueError>(safetensors_writer, in_quotes(text), " is not UTF-8");
    }
}

// In the order of the file, with the check that each name is there once.
std::vector<const NamedTensor*> in_order(std::span<const NamedTensor> tensors) {
    std::vector<const NamedTensor*> all;
    for (const NamedTensor& tensor : tensors) all.push_back(&tensor);
    std::ranges::sort(all, {}, [](const NamedTensor* t) { return std::string_view(t->name); });
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i > 0 && all[i]->name == all[i - 1]->name)
            fail<ValueError>(safetensors_writer, "got two tensors of the name ",
                             in_quotes(all[i]->name));
        if (all[i]->name == "__metadata__")
            fail<ValueError>(safetensors_writer, "no tensor can be called '__metadata__'");
    }
    std::ranges::stable_sort(
        all, {}, [](const NamedTensor* t) { return detail::safetensors_order(t->value.type()); });
    return all;
}

std::string checksums_of(const std::vector<const NamedTensor*>& tensors, const Metadata& metadata) {
    std::uint32_t description = 0;
    std::string all;
    for (const NamedTensor* tensor : tensors) {
        description =
            describe({tensor->name, tensor->value.type(), tensor->value.shape()}, description);
        std::string swapped;
        all += in_hex(detail::crc32c(detail::little_endian_elements(tensor->value, swapped)));
    }
    return std::string(checksums_kind) + in_hex(describe(metadata, description)) + all;
}

std::string header_of(const std::vector<const NamedTensor*>& tensors, const Metadata& metadata) {
    std::string text;
    for (const auto& [key, value] : metadata)
        text += (text.empty() ? "" : ",") + json_text(key) + ':' + json_text(value);
    if (!text.empty()) text = "\"__metadata__\":{" + text + '}';
    std::uint64_t offset = 0;
    for (const NamedTensor* tensor : tensors) {
        const StoredTensor& value = tensor->value;
        std::string shape;
        for (const Index size : value.shape().sizes())
            shape += (shape.empty() ? "" : ",") + std::to_string(size);
        const std::uint64_t end = offset + value.bytes().size();
        text += sentence(text.empty() ? "" : ",", json_text(tensor->name), ":{\"dtype\":\"",
                         detail::safetensors_name(value.type()), "\",\"shape\":[", shape,
                         "],\"data_offsets\":[", offset, ",", end, "]}");
        offset = end;
    }
    text = '{' + text + '}';
    text.resize((text.size() + 7) / 8 * 8, ' ');
    return text;
}

std::string length_of(const std::string& header) {
    std::string bytes;
    for (std::size_t i = 0; i < length_bytes; ++i)
        bytes += static_cast<char>(header.size() >> (8 * i) & 255);
    return bytes;
}

}  // namespace

struct SafetensorsFile::Data {
    detail::InputFile file;
    std::vector<std::uint64_t> offsets;    // of each tensor, in the file
    std::vector<std::uint32_t> checksums;  // of each tensor; empty where the file has none
};

SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile::~SafetensorsFile() = default;

namespace {

// The bytes of the header, as the first eight bytes of the file say.
std::string read_header(const detail::InputFile& file, const std::string& where,
                        const FileBudget& budget) {
    if (file.size() < length_bytes)
        fail<IoError>(safetensors_reader, where, " is of ", file.size(),
                      " bytes, too short for the format");
    std::byte length[length_bytes];
    file.read_at(0, length);
    const std::uint64_t bytes = detail::little_endian(length);
    if (bytes > largest_header || bytes > budget.header)
        fail<IoError>(safetensors_reader, where, " has a header of ", bytes,
                      " bytes; the limit is ",
                      std::min<std::uint64_t>(largest_header, budget.header));
    if (bytes > file.size() - length_bytes)
        fail<IoError>(safetensors_reader, where, " has a header of ", bytes,
                      " bytes, longer than the file");
    std::string header = file.text_at(length_bytes, bytes);
    if (!header.starts_with('{'))
        fail<IoError>(safetensors_reader, where, ": its header doesn't begin with a brace");
    return header;
}

// Throws unless the tensors fill the rest of the file.
void check_layout(const std::vector<detail::SafetensorsEntry>& entries, const std::string& where,
                  std::uint64_t bytes) {
    std::uint64_t filled = 0;
    for (const detail::SafetensorsEntry& entry : entries) {
        const std::string name = in_quotes(entry.tensor.name);
        if (entry.begin < filled)
            fail<IoError>(safetensors_reader, where, ": the bytes of ", name, " begin at ",
                          entry.begin, ", within those of another tensor");
        if (entry.begin > filled)
            fail<IoError>(safetensors_reader, where, ": the ", entry.begin - filled,
                          " bytes before ", name, " belong to no tensor");
        if (entry.end > bytes)
            fail<IoError>(safetensors_reader, where, " ends within ", name, ": ", entry.end - bytes,
                          " bytes are missing");
        filled = entry.end;
    }
    if (filled < bytes)
        fail<IoError>(safetensors_reader, where, " goes on for ", bytes - filled,
                      " bytes after the last tensor");
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::string& path, const FileBudget& budget)
    : TensorFile(std::string(safetensors_reader), path),
      data_(new Data{detail::InputFile(safetensors_reader, path), {}, {}}) {
    const std::string where = path;
    const std::string text = read_header(data_->file, where, budget);
    detail::SafetensorsHeader header =
        detail::parse_safetensors_header(text, safetensors_reader, where, budget);
    const std::uint64_t start = length_bytes + text.size();
    check_layout(header.entries, where, data_->file.size() - start);
    metadata_ = std::move(header.metadata);
    for (detail::SafetensorsEntry& entry : header.entries) {
        data_->offsets.push_back(start + entry.begin);
        add(std::move(entry.tensor), budget);
    }
    const auto found = metadata_.find(checksums_key);
    if (found == metadata_.end()) return;
    auto checksums = parse_checksums(found->second);
    if (!checksums) return;
    std::uint32_t description = 0;
    for (const TensorEntry& tensor : tensors_) description = describe(tensor, description);
    if (checksums->size() != tensors_.size() + 1 ||
        checksums->front() != describe(metadata_, description))
        fail<IoError>(safetensors_reader, where,
                      ": its header isn't the one that its checksum is of: the file is damaged, or "
                      "was changed by a program that kept 'checksums' in the metadata");
    data_->checksums.assign(checksums->begin() + 1, checksums->end());
}

void SafetensorsFile::check_elements(std::size_t i, std::span<const std::byte> bytes) const {
    if (!data_->checksums.empty() && detail::crc32c(bytes) != data_->checksums[i])
        fail<IoError>(safetensors_reader, path_, ": the elements of ", in_quotes(tensors_[i].name),
                      " aren't those that their checksum is of: the file is damaged, or was "
                      "changed by a program that kept 'checksums' in the metadata");
}

void SafetensorsFile::read_elements(std::size_t i, StoredTensor& tensor) const {
    const std::span<std::byte> bytes = tensor.mutable_bytes();
    data_->file.read_at(data_->offsets[i], bytes);
    check_elements(i, bytes);
    detail::swap_unless_little(bytes, size_of(tensor.type()));
}

Tensor SafetensorsFile::map(std::string_view name) const {
    constexpr std::uint64_t worth_it = std::uint64_t{1} << 20;  // below, a copy costs less
    const std::size_t i = position(name);
    const TensorEntry& entry = tensors_[i];
    const bool as_it_is = std::endian::native == std::endian::little &&
                          entry.type == stored_type(held_as(entry.type)) &&
                          entry.type != StoredType::bool_;  // those are checked
    const std::uint64_t offset = data_->offsets[i];
    if (!as_it_is || entry.bytes() < worth_it || offset % 8 != 0 || offset < Buffer::alignment)
        return read(name);
    Buffer buffer = data_->file.map_at(offset, static_cast<std::size_t>(entry.bytes()));
    check_elements(
        i, {static_cast<const std::byte*>(buffer.data()), static_cast<std::size_t>(entry.bytes())});
    return Tensor(Array(entry.spec(), std::move(buffer)));
}

void write_safetensors(const std::string& path, std::span<const NamedTensor> tensors,
                       const SafetensorsOptions& options) {
    const std::vector<const NamedTensor*> all = in_order(tensors);
    Metadata metadata = options.metadata;
    metadata.erase(std::string(checksums_key));
    if (options.checksums) metadata.emplace(checksums_key, checksums_of(all, metadata));
    const std::string header = header_of(all, metadata);
    if (header.size() > largest_header)
        fail<ValueError>(safetensors_writer, "names and metadata take ", header.size(),
                         " bytes; the format's limit is ", largest_header);
    shikumi::detail::NewFile file(safetensors_writer, path);
    file.write(length_of(header));
    file.write(header);
    for (const NamedTensor* tensor : all) detail::write_elements(file, tensor->value);
    file.keep(options.keep);
}

}  // namespace shikumi::formats
