#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/formats/detail/elements.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/zip.hpp>

#ifdef SHIKUMI_HAVE_ZIP

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>

#include <zip.h>

namespace shikumi::formats::detail {

namespace {

// libzip asks its sources for what it needs by commands; nothing may be thrown through it.

// A member's bytes, which libzip reads when it writes the archive.
struct MemberSource {
    const ZipContent& content;
    std::exception_ptr& thrown;
    std::string swapped = {};
    std::string_view text = {}, elements = {};  // what is still to be read

    std::int64_t open() {
        try {
            text = content.text;
            elements = little_endian_elements(content.tensor, swapped);
            return 0;
        } catch (...) {
            thrown = std::current_exception();
            return -1;
        }
    }
    std::int64_t read(void* out, std::uint64_t bytes) {
        std::uint64_t done = 0;
        for (std::string_view* part : {&text, &elements}) {
            const auto count = std::min<std::uint64_t>(part->size(), bytes - done);
            std::memcpy(static_cast<char*>(out) + done, part->data(), count);
            part->remove_prefix(count);
            done += count;
        }
        return static_cast<std::int64_t>(done);
    }
};

zip_int64_t serve_member(void* user, void* data, zip_uint64_t bytes, zip_source_cmd_t command) {
    auto& source = *static_cast<MemberSource*>(user);
    switch (command) {
        case ZIP_SOURCE_SUPPORTS:
            return ZIP_SOURCE_SUPPORTS_READABLE;
        case ZIP_SOURCE_STAT: {
            auto& state = *static_cast<zip_stat_t*>(data);
            zip_stat_init(&state);
            state.valid = ZIP_STAT_SIZE;
            state.size = source.content.text.size() + source.content.tensor.bytes().size();
            return sizeof(zip_stat_t);
        }
        case ZIP_SOURCE_OPEN:
            return source.open();
        case ZIP_SOURCE_READ:
            return source.read(data, bytes);
        case ZIP_SOURCE_CLOSE:
            source.swapped = {};
            return 0;
        case ZIP_SOURCE_FREE:
            return 0;
        default:
            return -1;
    }
}

// The archive itself, which libzip writes.
struct ArchiveTarget {
    shikumi::detail::NewFile file;
    std::uint64_t size = 0;
    std::exception_ptr thrown = nullptr;
    zip_error_t error = {};

    std::int64_t refuse(int code, int system) {
        zip_error_set(&error, code, system);
        return -1;
    }
    template <class F>
    std::int64_t guarded(F&& f) {
        try {
            return f();
        } catch (...) {
            thrown = std::current_exception();
            return refuse(ZIP_ER_WRITE, EIO);
        }
    }
    std::int64_t write(const void* data, std::uint64_t bytes) {
        return guarded([&] {
            file.write({static_cast<const char*>(data), static_cast<std::size_t>(bytes)});
            size = std::max(size, file.position());
            return static_cast<std::int64_t>(bytes);
        });
    }
    std::int64_t seek(void* data, std::uint64_t bytes) {
        const auto to = zip_source_seek_compute_offset(file.position(), size, data, bytes, &error);
        if (to < 0) return -1;
        return guarded([&] {
            file.seek(static_cast<std::uint64_t>(to));
            return std::int64_t{0};
        });
    }
};

zip_int64_t serve_archive(void* user, void* data, zip_uint64_t bytes, zip_source_cmd_t command) {
    auto& target = *static_cast<ArchiveTarget*>(user);
    switch (command) {
        case ZIP_SOURCE_SUPPORTS:
            return ZIP_SOURCE_SUPPORTS_WRITABLE;
        case ZIP_SOURCE_STAT:  // it begins empty
            return target.refuse(ZIP_ER_READ, ENOENT);
        case ZIP_SOURCE_BEGIN_WRITE:
        case ZIP_SOURCE_COMMIT_WRITE:
        case ZIP_SOURCE_ROLLBACK_WRITE:
        case ZIP_SOURCE_FREE:
            return 0;
        case ZIP_SOURCE_WRITE:
            return target.write(data, bytes);
        case ZIP_SOURCE_SEEK_WRITE:
            return target.seek(data, bytes);
        case ZIP_SOURCE_TELL_WRITE:
            return static_cast<zip_int64_t>(target.file.position());
        case ZIP_SOURCE_ERROR:
            return zip_error_to_data(&target.error, data, bytes);
        default:
            return target.refuse(ZIP_ER_OPNOTSUPP, 0);
    }
}

using Archive = std::unique_ptr<zip_t, void (*)(zip_t*)>;

// Fills the gap before the bytes of a member whose header begins at `position`; gives the end of
// its bytes.
std::uint64_t align(zip_t* archive, zip_uint64_t member, const ZipContent& content,
                    std::size_t alignment, std::uint64_t position) {
    constexpr std::uint64_t header = 30, field_header = 4, large = 0xFFFFFFFF;
    constexpr zip_uint16_t field = 'F' | 'B' << 8;
    const std::uint64_t bytes = content.text.size() + content.tensor.bytes().size();
    // A large member's sizes stand in a field of their own.
    position += header + content.name.size() + field_header + (bytes >= large ? 20 : 0);
    const std::string gap((alignment - position % alignment) % alignment, 'Z');
    if (zip_file_extra_field_set(archive, member, field, ZIP_EXTRA_FIELD_NEW,
                                 reinterpret_cast<const zip_uint8_t*>(gap.data()),
                                 static_cast<zip_uint16_t>(gap.size()), ZIP_FL_LOCAL) != 0)
        fail<IoError>("write_zip", "can't align ", in_quotes(content.name), ": ",
                      zip_strerror(archive));
    return position + gap.size() + bytes;
}

// Gives the member's number.
zip_uint64_t add(zip_t* archive, MemberSource& source, bool compress) {
    zip_source_t* const content = zip_source_function(archive, serve_member, &source);
    const zip_int64_t i =
        content ? zip_file_add(archive, source.content.name.c_str(), content, ZIP_FL_ENC_UTF_8)
                : -1;
    if (content && i < 0) zip_source_free(content);
    constexpr zip_uint16_t first_of_january_1980 = 1 << 5 | 1;
    const auto member = static_cast<zip_uint64_t>(i);
    if (i < 0 ||
        zip_set_file_compression(archive, member, compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0) !=
            0 ||
        zip_file_set_dostime(archive, member, 0, first_of_january_1980, 0) != 0)
        fail<IoError>("write_zip", "can't add ", in_quotes(source.content.name), ": ",
                      zip_strerror(archive));
    return member;
}

}  // namespace

void write_zip(std::string_view writer, const std::filesystem::path& path,
               const std::vector<ZipContent>& members, const ZipOptions& options) {
    ArchiveTarget target{shikumi::detail::NewFile(writer, path)};
    if (members.empty()) {  // libzip would rather remove the file
        target.file.write(std::string("PK\5\6") + std::string(18, '\0'));
        return target.file.keep(options.keep_older);
    }
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* const source = zip_source_function_create(serve_archive, &target, &error);
    Archive archive(
        source ? zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &error) : nullptr,
        zip_discard);
    if (!archive) {
        if (source) zip_source_free(source);
        const std::string message = zip_error_strerror(&error);
        zip_error_fini(&error);
        fail<IoError>(writer, "can't write ", path.string(), ": ", message);
    }
    std::vector<MemberSource> sources;
    for (const ZipContent& member : members) sources.push_back({member, target.thrown});
    std::uint64_t position = 0;
    for (MemberSource& member : sources) {
        const zip_uint64_t i = add(archive.get(), member, options.compress);
        if (options.alignment > 1)
            position = align(archive.get(), i, member.content, options.alignment, position);
    }
    if (zip_close(archive.get()) != 0) {
        if (target.thrown) std::rethrow_exception(target.thrown);
        fail<IoError>(writer, "can't write ", path.string(), ": ", zip_strerror(archive.get()));
    }
    static_cast<void>(archive.release());
    target.file.keep(options.keep_older);
}

}  // namespace shikumi::formats::detail

#else

namespace shikumi::formats::detail {

void write_zip(std::string_view writer, const std::filesystem::path& path,
               const std::vector<ZipContent>&, const ZipOptions&) {
    fail<IoError>(
        writer, "can't write ", path.string(),
        ": a zip archive takes libzip (Debian: libzip-dev), without which the library was "
        "built");
}

}  // namespace shikumi::formats::detail

#endif
