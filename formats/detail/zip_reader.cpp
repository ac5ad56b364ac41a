#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/input_file.hpp>
#include <shikumi/formats/detail/zip.hpp>

namespace shikumi::formats::detail {

bool leaves_archive(std::string_view name) noexcept {
    if (name.empty() || name.front() == '/' || name.substr(1, 1) == ":" ||
        name.find('\\') != name.npos || name.find('\0') != name.npos)
        return true;
    while (!name.empty()) {
        const auto end = std::min(name.find('/'), name.size());
        if (name.substr(0, end) == "..") return true;
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return false;
}

}  // namespace shikumi::formats::detail

#ifdef SHIKUMI_HAVE_ZIP

#include <zip.h>

namespace shikumi::formats::detail {

namespace {

// No deflate stream grows by more: a match of 258 bytes takes at least two bits.
constexpr std::uint64_t largest_expansion = 1032;

zip_t* as_zip(void* archive) { return static_cast<zip_t*>(archive); }
zip_file_t* as_member(void* stream) { return static_cast<zip_file_t*>(stream); }

std::string message_of(int code) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string message = zip_error_strerror(&error);
    zip_error_fini(&error);
    return message;
}

}  // namespace

ZipReader::ZipReader(std::string_view reader, const std::filesystem::path& path,
                     std::size_t most_members)
    : reader_(reader), path_(path.string()) {
    const InputFile regular(reader, path);
    int code = 0;
    using Archive = std::unique_ptr<zip_t, void (*)(zip_t*)>;
    Archive archive(zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code), zip_discard);
    if (code == ZIP_ER_EXISTS)  // which member is there twice is found below
        archive = Archive(zip_open(path.c_str(), ZIP_RDONLY, &code), zip_discard);
    if (!archive) fail<IoError>(reader_, path_, " is no whole zip archive: ", message_of(code));
    const auto count = static_cast<std::uint64_t>(zip_get_num_entries(archive.get(), 0));
    if (count > most_members)
        fail<IoError>(reader_, path_, " has ", count, " members; the budget is ", most_members);
    std::set<std::string> names;
    for (std::uint64_t i = 0; i < count; ++i) {
        zip_stat_t state;
        constexpr zip_uint64_t wanted = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                                        ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD |
                                        ZIP_STAT_CRC;
        if (zip_stat_index(archive.get(), i, 0, &state) != 0 || (state.valid & wanted) != wanted)
            fail<IoError>(reader_, path_, ": member ", i, " is not described");
        const auto refuse = [&](const auto&... parts) {
            fail<IoError>(reader_, path_, ": the member ", in_quotes(state.name), " ", parts...);
        };
        if (leaves_archive(state.name)) refuse("has a name that leads out of the archive");
        if (!names.insert(state.name).second) refuse("is there twice");
        if (state.encryption_method != ZIP_EM_NONE) refuse("is encrypted");
        const bool stored = state.comp_method == ZIP_CM_STORE;
        if (!stored && state.comp_method != ZIP_CM_DEFLATE)
            refuse("is compressed by method ", state.comp_method, ", neither stored nor deflated");
        if (stored ? state.size != state.comp_size
                   : state.size / largest_expansion > state.comp_size)
            refuse("is of ", state.size, " bytes, to which its ", state.comp_size,
                   " bytes can't unpack");
        members_.push_back({state.name, state.size, state.crc, stored});
    }
    archive_ = archive.release();
}

ZipReader::~ZipReader() {
    if (archive_) zip_discard(as_zip(archive_));
}

void ZipReader::Stream::Close::operator()(void* member) const noexcept {
    zip_fclose(as_member(member));
}

ZipReader::Stream::Stream(const ZipReader& archive, std::size_t i, ZeroChecksum zero)
    : archive_(archive),
      member_(archive.members_[i]),
      checked_(zero == ZeroChecksum::counts || member_.crc != 0 || !member_.stored),
      stream_(zip_fopen_index(as_zip(archive.archive_), i, 0)) {
    if (!stream_)
        fail<IoError>(archive_.reader_, archive_.path_, ": can't read ", in_quotes(member_.name),
                      ": ", zip_strerror(as_zip(archive_.archive_)));
}

std::size_t ZipReader::Stream::read_some(std::span<std::byte> out) {
    const zip_int64_t got = zip_fread(as_member(stream_.get()), out.data(), out.size());
    if (got < 0)
        fail<IoError>(archive_.reader_, archive_.path_, ": can't read ", in_quotes(member_.name),
                      ": ", zip_file_strerror(as_member(stream_.get())));
    return static_cast<std::size_t>(got);
}

void ZipReader::Stream::read(std::span<std::byte> out) {
    while (!out.empty()) {
        const std::size_t got = read_some(out);
        if (got == 0)
            fail<IoError>(archive_.reader_, archive_.path_, ": ", in_quotes(member_.name), " ends ",
                          out.size(), " bytes too early");
        out = out.subspan(got);
    }
}

void ZipReader::Stream::seek(std::uint64_t offset) {
    if (zip_fseek(as_member(stream_.get()), static_cast<zip_int64_t>(offset), SEEK_SET) != 0)
        fail<IoError>(archive_.reader_, archive_.path_, ": can't go to byte ", offset, " of ",
                      in_quotes(member_.name), ": ", zip_file_strerror(as_member(stream_.get())));
}

void ZipReader::Stream::finish() {
    if (!checked_) return;
    std::byte more;
    if (read_some({&more, 1}) != 0)  // at the end libzip compares the checksum
        fail<IoError>(archive_.reader_, archive_.path_, ": ", in_quotes(member_.name),
                      " is longer than the ", member_.bytes, " bytes that the directory says");
}

}  // namespace shikumi::formats::detail

#else

namespace shikumi::formats::detail {

ZipReader::ZipReader(std::string_view reader, const std::filesystem::path& path, std::size_t) {
    fail<IoError>(reader, path.string(),
                  " is a zip archive, which takes libzip (Debian: libzip-dev) to read; the library "
                  "was built without it");
}
ZipReader::~ZipReader() = default;
void ZipReader::Stream::Close::operator()(void*) const noexcept {}
ZipReader::Stream::Stream(const ZipReader& archive, std::size_t i, ZeroChecksum)
    : archive_(archive), member_(archive.members_[i]) {}
void ZipReader::Stream::read(std::span<std::byte>) {}
void ZipReader::Stream::seek(std::uint64_t) {}
void ZipReader::Stream::seek(std::uint64_t offset) {
    if (zip_fseek(as_member(stream_.get()), static_cast<zip_int64_t>(offset), SEEK_SET) != 0)
        fail<IoError>(archive_.reader_, archive_.path_, ": can't go to byte ", offset, " of ",
                      in_quotes(member_.name), ": ", zip_file_strerror(as_member(stream_.get())));
}

void ZipReader::Stream::finish() {}

}  // namespace shikumi::formats::detail

#endif
