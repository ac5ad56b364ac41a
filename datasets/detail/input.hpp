// Input: a file, gzipped or not, read once from front to back without trusting it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <shikumi/autograd/core/error.hpp>

struct gzFile_s;

namespace shikumi::datasets::detail {

/// A file that is read from front to back; gzipped files are decompressed. Errors name the function
/// that reads, the path and the offset.
class Input {
public:
    /// Opens a regular file that isn't empty; `reader` is the function that reads. Throws IoError
    /// where there is no such file.
    Input(std::string_view reader, const std::filesystem::path& path);

    /// Fills `out`, except at the end of the file; returns how many bytes there were. Throws
    /// IoError where the compressed stream is damaged or ends early.
    std::size_t read_some(std::span<std::byte> out);
    /// Fills `out`, or throws IoError: the file ends within `what`.
    void read(std::span<std::byte> out, std::string_view what);
    /// All that is left. Throws IoError where `what` is larger than `max_bytes`.
    std::string read_all(std::string_view what, std::size_t max_bytes);

    /// Bytes read so far, after decompression.
    std::uint64_t offset() const noexcept { return offset_; }
    /// The most bytes that the whole file can decompress to.
    std::uint64_t capacity() const noexcept { return capacity_; }

    /// Throws IoError at the current offset.
    template <class... Parts>
    [[noreturn]] void fail(const Parts&... parts) const {
        fail_at(offset_, parts...);
    }
    /// Throws IoError at another offset.
    template <class... Parts>
    [[noreturn]] void fail_at(std::uint64_t offset, const Parts&... parts) const {
        shikumi::fail<IoError>(reader_, path_, ", byte ", offset, ": ", parts...);
    }

private:
    struct Close {
        void operator()(gzFile_s* file) const noexcept;
    };
    std::string reader_;
    std::string path_;
    std::unique_ptr<gzFile_s, Close> file_;
    std::uint64_t offset_ = 0;
    std::uint64_t capacity_ = 0;
};

}  // namespace shikumi::datasets::detail
