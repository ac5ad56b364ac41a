// NewFile: a file that takes its name when it is complete.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace shikumi::detail {

/// A file that is written beside its target and takes the target's name at the end, once it is on
/// the disk. Without `keep` the target stays as it was, and nothing is left; nor is anything left
/// of a process that is killed meanwhile, where the file system has files without names
/// (O_TMPFILE). Devices and pipes are written as they are. All errors are IoErrors that name
/// `caller` and the target.
class NewFile {
public:
    /// Opens a file beside `target`. Throws IoError where it can't be, or the target is read-only.
    NewFile(std::string_view caller, const std::filesystem::path& target);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile();

    /// Appends, or overwrites after `seek`. Throws IoError where the disk refuses.
    void write(std::string_view bytes);
    /// Goes to a place in the file, where the next bytes are written. Throws IoError where the file
    /// is a pipe, or the disk refuses what was written before.
    void seek(std::uint64_t position);
    /// The place where the next bytes are written.
    std::uint64_t position() const noexcept { return written_ + buffer_.size(); }
    /// Gives the file the target's name, and returns when it and its name are on the disk. So many
    /// `older` files of that name are kept: the last one as "name.1", the one before as "name.2".
    /// Throws IoError where the disk refuses: the target is the old file then, unless only its
    /// folder couldn't be flushed.
    void keep(int older = 0);

private:
    struct Descriptor {
        int number = -1;
        Descriptor() = default;
        Descriptor(const Descriptor&) = delete;
        Descriptor& operator=(const Descriptor&) = delete;
        ~Descriptor() { close(); }
        bool open(const std::filesystem::path& path, int flags);
        bool close() noexcept;
    };

    bool open_without_name(const std::filesystem::path& folder);
    void open_partial(const std::filesystem::path& folder);
    void flush();
    void name_it();
    void rotate(int older) const;
    [[noreturn]] void refuse(int error) const;

    std::string caller_;
    std::filesystem::path target_;
    std::filesystem::path partial_;  // empty while the file has no name of its own
    bool replaces_ = false;          // false where the target itself is written
    Descriptor descriptor_;
    std::string buffer_;
    std::uint64_t written_ = 0;  // before the buffer
};

/// The target and the older files of its name that there are, newest first: "name", "name.1", …
std::vector<std::filesystem::path> kept_files(const std::filesystem::path& target);

}  // namespace shikumi::detail
