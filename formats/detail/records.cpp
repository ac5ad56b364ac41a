#include <shikumi/formats/detail/records.hpp>

#include <array>
#include <filesystem>
#include <span>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/byte_order.hpp>
#include <shikumi/formats/detail/crc32c.hpp>

namespace shikumi::formats::detail {

namespace {

constexpr std::uint64_t length_bytes = 8, crc_bytes = 4;
constexpr std::uint64_t around = length_bytes + 2 * crc_bytes;

// A checksum that lies among the bytes of another one is masked.
std::uint32_t masked_crc(std::string_view bytes) {
    const std::uint32_t crc = crc32c(bytes);
    return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

std::string little_endian_text(std::uint64_t number, std::uint64_t bytes) {
    std::string text;
    for (std::uint64_t i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i) & 255);
    return text;
}

std::uint32_t crc_in(std::string_view bytes) {
    return static_cast<std::uint32_t>(little_endian(std::as_bytes(std::span(bytes))));
}

}  // namespace

std::string as_record(std::string_view content) {
    const std::string length = little_endian_text(content.size(), length_bytes);
    std::string record = length + little_endian_text(masked_crc(length), crc_bytes);
    record += content;
    return record + little_endian_text(masked_crc(content), crc_bytes);
}

RecordReader::RecordReader(std::string_view reader, const std::filesystem::path& path)
    : reader_(reader), path_(path.string()), file_(reader, path) {}

bool RecordReader::next() {
    begin_ = end_;
    const std::uint64_t left = file_.size() - begin_;
    cut_ = left > 0 && left < around;
    if (left < around) return false;
    const std::string head = file_.text_at(begin_, length_bytes + crc_bytes);
    const std::string_view length_text = std::string_view(head).substr(0, length_bytes);
    if (crc_in(std::string_view(head).substr(length_bytes)) != masked_crc(length_text))
        fail<IoError>(reader_, path_, ", byte ", begin_,
                      ": no record begins here, or its length is damaged");
    const std::uint64_t length = little_endian(std::as_bytes(std::span(length_text)));
    cut_ = length > left - around;
    if (cut_) return false;
    content_ = file_.text_at(begin_ + length_bytes + crc_bytes, length);
    end_ = begin_ + around + length;
    if (crc_in(file_.text_at(end_ - crc_bytes, crc_bytes)) != masked_crc(content_))
        fail<IoError>(reader_, path_, ", byte ", begin_, ": the record is damaged");
    return true;
}

}  // namespace shikumi::formats::detail
