#include <shikumi/datasets/detail/input.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include <zlib.h>

namespace shikumi::datasets::detail {
namespace {

// No deflate stream grows by more: a match of 258 bytes takes at least two bits.
constexpr std::uint64_t largest_expansion = 1032;
constexpr std::size_t largest_read = std::size_t{1} << 26;  // gzread counts in int

}  // namespace

void Input::Close::operator()(gzFile_s* file) const noexcept { gzclose_r(file); }

Input::Input(std::string_view reader, const std::filesystem::path& path)
    : reader_(reader), path_(path.string()) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) shikumi::fail<IoError>(reader_, path_, " does not exist");
    if (!std::filesystem::is_regular_file(status))
        shikumi::fail<IoError>(reader_, path_, " is not a file");
    const std::uint64_t size = std::filesystem::file_size(path, error);
    if (error) shikumi::fail<IoError>(reader_, path_, " cannot be read: ", error.message());
    if (size == 0) fail("the file is empty");

    file_.reset(gzopen(path.c_str(), "rb"));
    if (!file_) shikumi::fail<IoError>(reader_, path_, " cannot be opened: ", std::strerror(errno));
    gzbuffer(file_.get(), 1 << 16);
    constexpr auto most = std::numeric_limits<std::uint64_t>::max() / largest_expansion;
    capacity_ = gzdirect(file_.get()) ? size : std::min(size, most) * largest_expansion;
}

std::size_t Input::read_some(std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
        const auto wanted = static_cast<unsigned>(std::min(out.size() - done, largest_read));
        const int got = gzread(file_.get(), out.data() + done, wanted);
        if (got > 0) {
            done += static_cast<std::size_t>(got);
            offset_ += static_cast<std::uint64_t>(got);
        }
        if (got == static_cast<int>(wanted)) continue;
        int code = Z_OK;
        const char* message = gzerror(file_.get(), &code);
        if (code == Z_BUF_ERROR) fail("the compressed file is truncated");
        if (code == Z_ERRNO) fail("cannot be read: ", std::strerror(errno));
        if (code != Z_OK && code != Z_STREAM_END)
            fail("the compressed file is damaged (", message, ")");
        break;
    }
    return done;
}

void Input::read(std::span<std::byte> out, std::string_view what) {
    const std::size_t got = read_some(out);
    if (got != out.size())
        fail("the file ends within ", what, ", ", out.size() - got, " bytes are missing");
}

std::string Input::read_all(std::string_view what, std::size_t max_bytes) {
    // Many files are small pictures, for which a large buffer would cost more than they do.
    constexpr std::size_t first_step = std::size_t{1} << 13, largest_step = std::size_t{1} << 20;
    std::string text;
    for (std::size_t step = first_step;; step = std::min(2 * step, largest_step)) {
        const std::size_t old = text.size();
        text.resize(old + step);
        const std::size_t got = read_some(std::as_writable_bytes(std::span(text).subspan(old)));
        text.resize(old + got);
        if (text.size() > max_bytes) fail(what, " is larger than ", max_bytes, " bytes");
        if (got < step) return text;
    }
}

}  // namespace shikumi::datasets::detail
