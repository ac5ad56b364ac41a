// InputFile: a file that is read at any place, without trusting it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/memory/buffer.hpp>

namespace shikumi::formats::detail {

/// A regular file, open for reading at any place. Any number of threads may read it.
class InputFile {
public:
    /// Opens a file; `reader` is the function that errors name. Throws IoError where it can't be
    /// opened or isn't a file.
    InputFile(std::string_view reader, const std::filesystem::path& path);
    /// Takes the file over.
    InputFile(InputFile&& other) noexcept
        : reader_(std::move(other.reader_)),
          path_(std::move(other.path_)),
          descriptor_(std::exchange(other.descriptor_, -1)),
          size_(other.size_) {}
    /// Takes the file over.
    InputFile& operator=(InputFile&& other) noexcept {
        std::swap(reader_, other.reader_);
        std::swap(path_, other.path_);
        std::swap(descriptor_, other.descriptor_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~InputFile();

    /// Its size in bytes when it was opened.
    std::uint64_t size() const noexcept { return size_; }
    /// Fills `out` from a place on. Throws IoError where the file ends before, or can't be read.
    void read_at(std::uint64_t offset, std::span<std::byte> out) const;
    /// `bytes` of text from a place on. Throws IoError where the file ends before; no memory is
    /// taken then.
    std::string text_at(std::uint64_t offset, std::uint64_t bytes) const;
    /// Bytes from a place on, as `Buffer::map` has them. Throws IoError where the file ends before.
    Buffer map_at(std::uint64_t offset, std::size_t bytes) const;

private:
    void check_size(std::uint64_t now, std::uint64_t offset, std::uint64_t bytes) const;

    std::string reader_;
    std::string path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace shikumi::formats::detail
