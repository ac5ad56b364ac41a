#include <shikumi/formats/npz.hpp>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/npy_header.hpp>
#include <shikumi/formats/detail/zip.hpp>

namespace shikumi::formats {

using detail::in_quotes;

namespace {

constexpr std::string_view npz_reader = "NpzFile";
constexpr std::string_view npz_writer = "write_npz";
constexpr std::string_view extension = ".npy";

detail::NextBytes next_of(detail::ZipReader::Stream& stream) {
    return [&stream](std::span<std::byte> out) { stream.read(out); };
}

}  // namespace

struct NpzFile::Members {
    Members(const std::string& path, const FileBudget& budget)
        : archive(npz_reader, path, budget.tensors) {}

    detail::NpyHeader read_header(detail::ZipReader::Stream& stream, std::size_t i,
                                  const std::string& where) const {
        const detail::ZipMember& member = archive.members()[i];
        return detail::read_npy_header(next_of(stream), member.bytes, npz_reader,
                                       where + ": " + in_quotes(member.name));
    }

    detail::ZipReader archive;
};

NpzFile::NpzFile(NpzFile&&) noexcept = default;
NpzFile::~NpzFile() = default;

NpzFile::NpzFile(const std::string& path, const FileBudget& budget)
    : TensorFile(std::string(npz_reader), path), members_(std::make_unique<Members>(path, budget)) {
    const std::string where = path;
    for (std::size_t i = 0; i < members_->archive.members().size(); ++i) {
        const std::string_view name = members_->archive.members()[i].name;
        if (!name.ends_with(extension))
            fail<IoError>(npz_reader, where, ": the member ", in_quotes(name), " is no .npy file");
        detail::ZipReader::Stream stream(members_->archive, i);
        const detail::NpyHeader header = members_->read_header(stream, i, where);
        add({std::string(name.substr(0, name.size() - extension.size())), header.type,
             header.shape},
            budget);
    }
}

void NpzFile::read_elements(std::size_t i, StoredTensor& tensor) const {
    detail::ZipReader::Stream stream(members_->archive, i);
    const detail::NpyHeader header = members_->read_header(stream, i, path_);
    if (header.type != tensor.type() || header.shape != tensor.shape())
        fail<IoError>(npz_reader, path_, ": ", in_quotes(tensors_[i].name),
                      " has changed since the file was opened");
    detail::read_npy_elements(next_of(stream), header, tensor);
    stream.finish();
}

void write_npz(const std::string& path, std::span<const NamedTensor> arrays,
               const NpzOptions& options) {
    std::set<std::string_view> names;
    std::vector<detail::ZipContent> members;
    for (const NamedTensor& array : arrays) {
        if (!names.insert(array.name).second)
            fail<ValueError>(npz_writer, "got two arrays of the name ", in_quotes(array.name));
        if (detail::leaves_archive(array.name + std::string(extension)))
            fail<ValueError>(npz_writer, in_quotes(array.name), " can't be a name in an archive");
        members.push_back({array.name + std::string(extension),
                           detail::npy_header(array.value, npz_writer), array.value});
    }
    detail::write_zip(npz_writer, path, members,
                      {.compress = options.compress, .keep_older = options.keep});
}

}  // namespace shikumi::formats
