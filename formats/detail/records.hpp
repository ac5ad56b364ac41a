// Records of event files: a length and bytes, each with a checksum.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <shikumi/formats/detail/input_file.hpp>

namespace shikumi::formats::detail {

/// A record with its length and its checksums, which are masked CRC-32C.
std::string as_record(std::string_view content);

/// Reads records from front to back. Errors are IoErrors that name reader, path and offset.
class RecordReader {
public:
    /// Opens a file.
    RecordReader(std::string_view reader, const std::filesystem::path& path);

    /// Goes on to the next record; false at the end of the file, and where it ends within the
    /// record. Throws IoError where a checksum is wrong.
    bool next();
    /// The record.
    const std::string& content() const noexcept { return content_; }
    /// Where it begins in the file.
    std::uint64_t offset() const noexcept { return begin_; }
    /// Whether the file ends within a record.
    bool cut() const noexcept { return cut_; }

private:
    std::string reader_, path_;
    InputFile file_;
    std::uint64_t begin_ = 0, end_ = 0;  // of the record
    std::string content_;
    bool cut_ = false;
};

}  // namespace shikumi::formats::detail
