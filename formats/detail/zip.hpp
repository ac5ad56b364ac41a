// Zip archives, read and written by libzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/formats/stored_tensor.hpp>

namespace shikumi::formats::detail {

/// Whether the name of a member could lead out of the folder into which an archive is unpacked, on
/// any system: an absolute path, one with "..", a drive or a backslash; or an empty one.
bool leaves_archive(std::string_view name) noexcept;

/// A member of an archive, as the directory describes it.
struct ZipMember {
    std::string name;         ///< a relative path
    std::uint64_t bytes = 0;  ///< its size, unpacked
    std::uint32_t crc = 0;    ///< CRC-32 of its bytes
    bool stored = true;       ///< whether it isn't compressed
};

/// What a checksum of 0 in an archive's directory says.
enum class ZeroChecksum : bool {
    counts,  ///< that the checksum is 0
    absent   ///< that there is none: PyTorch can leave them out
};

/// A zip archive, open for reading. One thread at a time may read it. Errors are IoErrors that name
/// reader, path and member.
class ZipReader {
public:
    /// Reads the directory. Throws IoError where the archive is damaged, holds more than
    /// `most_members`, a name twice, or a member whose name leaves the archive, that is encrypted,
    /// neither stored nor deflated, or larger than what its bytes can unpack to; and where the
    /// library was built without libzip.
    ZipReader(std::string_view reader, const std::filesystem::path& path, std::size_t most_members);
    ZipReader(const ZipReader&) = delete;
    ZipReader& operator=(const ZipReader&) = delete;
    ~ZipReader();

    /// All members, in the order of the directory.
    const std::vector<ZipMember>& members() const noexcept { return members_; }

    /// A member that is read from front to back.
    class Stream {
    public:
        /// Opens member `i`.
        Stream(const ZipReader& archive, std::size_t i, ZeroChecksum zero = ZeroChecksum::counts);
        /// Fills `out`. Throws IoError where the member ends before.
        void read(std::span<std::byte> out);
        /// Goes to a place of a stored member. Its checksum is compared no more.
        void seek(std::uint64_t offset);
        /// Throws IoError unless the member ends here and has the checksum that the directory says.
        void finish();

    private:
        struct Close {
            void operator()(void* member) const noexcept;
        };
        std::size_t read_some(std::span<std::byte> out);

        const ZipReader& archive_;
        const ZipMember& member_;
        bool checked_ = true;  // whether there is a checksum
        std::unique_ptr<void, Close> stream_;
    };

private:
    void* archive_ = nullptr;  // zip_t, whose header only the source needs
    std::string reader_, path_;
    std::vector<ZipMember> members_;
};

/// A member to be written: some text, and then the elements of a tensor.
struct ZipContent {
    std::string name;
    std::string text;
    StoredTensor tensor;
};

/// How an archive is written.
struct ZipOptions {
    bool compress = false;
    /// Each member's bytes begin at a multiple of this; a field that readers pass over, as PyTorch
    /// writes it ("FB" and Zs), fills the gaps.
    std::size_t alignment = 1;
    int keep_older = 0;
};

/// Writes an archive, which takes its name when it is complete, as NewFile says. Members are dated
/// 1980-01-01, so that the same content gives the same bytes. Throws IoError where the archive
/// can't be written and where the library was built without libzip.
void write_zip(std::string_view writer, const std::filesystem::path& path,
               const std::vector<ZipContent>& members, const ZipOptions& options = {});

}  // namespace shikumi::formats::detail
