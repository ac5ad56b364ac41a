// TensorFile: what all files of named tensors have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/formats/stored_tensor.hpp>
#include <shikumi/formats/stored_type.hpp>

namespace shikumi::formats {

/// What a file may ask for. More is refused before memory is taken for it.
struct FileBudget {
    std::uint64_t bytes = std::uint64_t{64} << 30;  ///< of all tensors, after decompression
    std::size_t tensors = 1'000'000;                ///< how many there may be
    std::size_t header = 100'000'000;               ///< bytes of the text that describes them
};

/// A tensor to be written. `value` may be a Tensor, or a StoredTensor for a type of its own:
/// `{"kernel", StoredTensor(w).as(StoredType::f16)}`.
struct NamedTensor {
    std::string name;    ///< unique in its file
    StoredTensor value;  ///< the elements
};

/// Texts about a file as a whole, by names.
using Metadata = std::map<std::string, std::string, std::less<>>;

/// What is known of a tensor in a file before its elements are read.
struct TensorEntry {
    std::string name;  ///< unique in its file
    StoredType type;   ///< type of the elements in the file
    Shape shape;       ///< sizes of the axes

    /// Size of all elements in the file, in bytes.
    std::uint64_t bytes() const noexcept {
        return static_cast<std::uint64_t>(shape.size()) * size_of(type);
    }
    /// Shape and dtype of the tensor that `read` gives.
    Spec spec() const noexcept { return {shape, held_as(type)}; }
};

/// A file of named tensors, open for reading. It is checked as a whole when it is opened; the
/// elements of a tensor are read when they are asked for, so that a file may be larger than the
/// memory. All errors are IoErrors that name function, file and tensor.
class TensorFile {
public:
    virtual ~TensorFile();

    /// All tensors, in the order of the file.
    const std::vector<TensorEntry>& tensors() const noexcept { return tensors_; }
    /// The names of all tensors, in the order of the file.
    std::vector<std::string> names() const;
    /// Whether there is a tensor of that name.
    bool contains(std::string_view name) const noexcept;
    /// Shape and dtype of the tensor that `read` gives. Throws IoError where there is none of that
    /// name, and names the nearest ones.
    Spec spec(std::string_view name) const { return tensors_[position(name)].spec(); }
    /// What is known of a tensor before its elements are read. Throws IoError as `spec` does.
    const TensorEntry& entry(std::string_view name) const { return tensors_[position(name)]; }
    /// A tensor, of the dtype that holds its values (`held_as`). Throws IoError where there is none
    /// of that name, its elements can't be read or aren't those that its checksum is of, and for a
    /// u64 that i64 can't hold.
    Tensor read(std::string_view name) const;
    /// The elements of a tensor as the file has them. Throws as `read` does.
    StoredTensor read_stored(std::string_view name) const;
    /// Texts about the file; empty in formats that have none.
    const Metadata& metadata() const noexcept { return metadata_; }
    /// The file.
    const std::string& path() const noexcept { return path_; }

protected:
    /// The place of a tensor in the list. Throws IoError as `spec` does.
    std::size_t position(std::string_view name) const;
    /// `reader` is the function that errors name.
    TensorFile(std::string reader, std::string path);
    /// Takes the file over.
    TensorFile(TensorFile&&) noexcept;
    /// Takes the file over.
    TensorFile& operator=(TensorFile&&) noexcept;

    /// Adds a tensor. Throws IoError for a name that is there already, and past the budget.
    void add(TensorEntry entry, const FileBudget& budget);
    /// Reads the elements of tensor `i`, in the machine's byte order.
    virtual void read_elements(std::size_t i, StoredTensor& tensor) const = 0;

    std::string reader_;                ///< the function that errors name
    std::string path_;                  ///< the file
    std::vector<TensorEntry> tensors_;  ///< in the order of the file
    Metadata metadata_;                 ///< texts about the file

private:
    std::map<std::string, std::size_t, std::less<>> by_name_;
    std::uint64_t bytes_ = 0;
};

}  // namespace shikumi::formats
