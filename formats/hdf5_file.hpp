// HDF5 files of tensors, of which Keras makes its weights: groups, datasets, texts as attributes.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::formats {

/// An HDF5 file, open for reading. Tensors are its datasets, by their paths: "layers/dense/vars/0".
/// Members of a group are in the order of their names, numbers in that of their values. The texts
/// of the outermost group are the file's metadata. Any number of threads may read it, one after the
/// other. Needs libhdf5.
class Hdf5File final : public TensorFile {
public:
    /// A text attribute's texts: one, or those of a list.
    using Texts = std::vector<std::string>;

    /// Reads the file into memory, and all but the elements of its datasets. Throws IoError, with
    /// path and place, for a file that is damaged, ends early or goes on after its end; for links
    /// that aren't hard ones and for objects with two names; for datasets that lie outside of the
    /// file or in another, that are virtual, overlap or aren't stored as a whole, go through
    /// filters other than deflate, shuffle and Fletcher-32, or hold anything but numbers and truth
    /// values; for more than the budget allows, and where the library was built without libhdf5.
    explicit Hdf5File(const std::string& path, const FileBudget& budget = {});
    /// A file that lies in memory, such as an archive's member, and stays there. Errors call it
    /// `path`. Throws as the other does.
    Hdf5File(std::span<const std::byte> bytes, const std::string& path,
             const FileBudget& budget = {});
    /// Takes the file over.
    Hdf5File(Hdf5File&&) noexcept;
    ~Hdf5File() override;

    /// The paths of all groups, each before those in it; the first is "", the outermost one.
    const std::vector<std::string>& groups() const noexcept { return groups_; }
    /// Whether there is a group of that path.
    bool has_group(std::string_view path) const noexcept;
    /// The texts of an attribute of a group or dataset; null where there is none of that name, or
    /// it holds something else. An empty array of any type is an empty list. A list that is split
    /// over "name0", "name1", … is put together.
    const Texts* texts(std::string_view path, std::string_view name) const noexcept;

private:
    void read_elements(std::size_t i, StoredTensor& tensor) const override;
    void scan(const FileBudget& budget);

    struct Library;
    std::unique_ptr<Library> library_;
    std::vector<std::string> groups_;
};

/// An attribute to be written: a text, or a list of texts.
struct Hdf5Attribute {
    std::string path;       ///< of the group or dataset; "": the outermost group
    std::string name;       ///< unique there
    Hdf5File::Texts texts;  ///< the text alone, or those of a list
    bool is_list = false;   ///< whether it is a list
};

/// What is written into an HDF5 file. Groups of datasets, attributes and other groups needn't be
/// listed.
struct Hdf5Content {
    std::vector<NamedTensor> datasets = {};      ///< names are paths: "layers/dense/vars/0"
    std::vector<std::string> groups = {};        ///< those that may be empty
    std::vector<Hdf5Attribute> attributes = {};  ///< of groups and datasets
};

/// The bytes of an HDF5 file as Keras's h5py writes it: groups as symbol tables, contiguous
/// datasets without filters, texts of variable length in UTF-8, no dates, so that the same content
/// gives the same bytes. Types that HDF5 lacks are opaque bytes with an attribute "dtype", as in
/// Keras: bf16 and the two of 8 bits. A list of more texts than an attribute's header holds is
/// split over "name0", "name1", …. Throws ValueError for a path twice, an empty one or one that is
/// both group and dataset, and IoError where the library was built without libhdf5.
std::string hdf5_bytes(const Hdf5Content& content);
/// Writes an HDF5 file, which takes its name when it is complete and on the disk; until then an
/// older one stays. `keep` older files stay as "name.1", "name.2", …. Throws as `hdf5_bytes` does,
/// and IoError where the file can't be written.
void write_hdf5(const std::string& path, const Hdf5Content& content, int keep = 0);

}  // namespace shikumi::formats
