// Files of tensors in the safetensors format: https://github.com/huggingface/safetensors.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::formats {

/// A safetensors file, open for reading. Any number of threads may read tensors of it.
///
/// Where the metadata hold "checksums", as `write_safetensors` puts them there, names, types,
/// shapes and metadata are compared with them when the file is opened, and the elements of each
/// tensor when they are read.
class SafetensorsFile final : public TensorFile {
public:
    /// Reads the description of all tensors. Throws IoError, with path and tensor, unless the file
    /// is whole and keeps all rules of the format: the header is JSON in UTF-8 that begins with a
    /// brace and holds no name twice, types and shapes are known and small enough, metadata are
    /// texts, and the tensors fill the rest of the file without holes and overlaps. A space before
    /// the brace and a name twice, which other readers let pass, are refused.
    explicit SafetensorsFile(const std::string& path, const FileBudget& budget = {});
    /// Takes the file over.
    SafetensorsFile(SafetensorsFile&&) noexcept;
    ~SafetensorsFile() override;

    /// The tensor that `read` gives, without a copy of its elements where that can be: they stay in
    /// the file and are read when they are touched, so that a large file is there at once. What is
    /// written into the tensor stays in memory. The file must stay as it is while the tensor lives:
    /// changes may show, and a file that is cut short ends the program by SIGBUS; a file that gets
    /// the name instead does no harm. Elements with a checksum are compared with it, for which they
    /// are read once; those of another type in the file, and small ones, are read as by `read`.
    /// Throws as `read` does.
    Tensor map(std::string_view name) const;

private:
    void read_elements(std::size_t i, StoredTensor& tensor) const override;

    void check_elements(std::size_t i, std::span<const std::byte> bytes) const;

    struct Data;
    std::unique_ptr<Data> data_;
};

/// How a safetensors file is written.
struct SafetensorsOptions {
    Metadata metadata = {};  ///< texts about the file
    bool checksums = true;   ///< add CRC-32C checksums to the metadata, under "checksums"
    int keep = 0;            ///< how many older files of that name stay, as "name.1", "name.2", …
};

/// Writes tensors into a safetensors file, laid out as the library of that name does: the widest
/// types first, then by names, the header filled up with spaces to a multiple of 8. The file takes
/// its name when it is complete and on the disk; until then an older one stays.
///
/// Throws ValueError for a name twice, for the name "__metadata__", and for a text that isn't
/// UTF-8; IoError where the file can't be written.
void write_safetensors(const std::string& path, std::span<const NamedTensor> tensors,
                       const SafetensorsOptions& options = {});

}  // namespace shikumi::formats
