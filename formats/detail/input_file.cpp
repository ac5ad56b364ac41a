#include <shikumi/formats/detail/input_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::formats::detail {

InputFile::InputFile(std::string_view reader, const std::filesystem::path& path)
    : reader_(reader), path_(path.string()) {
    // Opening a pipe would wait for its writer.
    descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat state {};
    const bool known = descriptor_ >= 0 && fstat(descriptor_, &state) == 0;
    const int error = errno;
    const bool regular = known && S_ISREG(state.st_mode);
    if (!regular && descriptor_ >= 0) close(std::exchange(descriptor_, -1));
    if (!known) fail<IoError>(reader_, "can't read ", path_, ": ", std::strerror(error));
    if (!regular) fail<IoError>(reader_, "can't read ", path_, ": it is not a file");
    size_ = static_cast<std::uint64_t>(state.st_size);
}

InputFile::~InputFile() {
    if (descriptor_ >= 0) close(descriptor_);
}

void InputFile::read_at(std::uint64_t offset, std::span<std::byte> out) const {
    while (!out.empty()) {
        const ssize_t got = pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail<IoError>(reader_, "can't read ", path_, ": ", std::strerror(errno));
        if (got == 0)
            fail<IoError>(reader_, path_, " ends at byte ", offset, ", ", out.size(),
                          " bytes too early");
        out = out.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
}

// Throws unless a file of that size holds the bytes.
void InputFile::check_size(std::uint64_t now, std::uint64_t offset, std::uint64_t bytes) const {
    if (offset > now || bytes > now - offset)
        fail<IoError>(reader_, path_, " ends at byte ", now, ", ",
                      bytes - (now - std::min(offset, now)), " bytes too early");
}

std::string InputFile::text_at(std::uint64_t offset, std::uint64_t bytes) const {
    check_size(size_, offset, bytes);
    std::string text(static_cast<std::size_t>(bytes), '\0');
    read_at(offset, std::as_writable_bytes(std::span(text)));
    return text;
}

Buffer InputFile::map_at(std::uint64_t offset, std::size_t bytes) const {
    struct stat state {};
    if (fstat(descriptor_, &state) != 0)
        fail<IoError>(reader_, "can't read ", path_, ": ", std::strerror(errno));
    check_size(static_cast<std::uint64_t>(state.st_size), offset, bytes);
    return Buffer::map(descriptor_, offset, bytes);
}

}  // namespace shikumi::formats::detail
