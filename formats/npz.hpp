// Named arrays in NumPy's .npz format: a zip archive of .npy files.
#pragma once

#include <memory>
#include <span>
#include <string>

#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::formats {

/// An .npz file, open for reading: stored or deflated. One thread at a time may read it. Needs
/// libzip.
class NpzFile final : public TensorFile {
public:
    /// Reads the list of members and the header of each. Throws IoError, with path and member, for
    /// an archive that is damaged or ends early, a member twice or with a path that leaves the
    /// archive, is encrypted or isn't an array, for all that `read_npy` refuses, and where the
    /// library was built without libzip.
    explicit NpzFile(const std::string& path, const FileBudget& budget = {});
    /// Takes the file over.
    NpzFile(NpzFile&&) noexcept;
    ~NpzFile() override;

private:
    void read_elements(std::size_t i, StoredTensor& tensor) const override;

    struct Members;
    std::unique_ptr<Members> members_;
};

/// How an .npz file is written.
struct NpzOptions {
    bool compress = false;  ///< deflate the members, as NumPy's savez_compressed
    int keep = 0;           ///< how many older files of that name stay, as "name.1", "name.2", …
};

/// Writes arrays into an .npz file, member after member. The file takes its name when it is
/// complete and on the disk; until then an older one stays. Throws ValueError for a name twice, an
/// empty one, or one that would leave the archive; DTypeError for a type that NumPy doesn't have;
/// IoError where the file can't be written or the library was built without libzip.
void write_npz(const std::string& path, std::span<const NamedTensor> arrays,
               const NpzOptions& options = {});

}  // namespace shikumi::formats
