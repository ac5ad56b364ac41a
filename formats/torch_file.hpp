// PyTorch's .pt and .pth files: state dicts and training checkpoints.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/formats/stored_tensor.hpp>
#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::formats {

namespace detail {
struct TorchKind;
}

/// An object of a .pt file that is no data: it was not made, and whatever is in it is passed over.
struct OpaqueObject {
    std::string path;        ///< keys and positions that lead to it, joined by dots
    std::string class_name;  ///< what Python would have made or called: "types.SimpleNamespace"
};

/// A file that `torch.save` has written, open for reading. A tensor's name is the path to it: keys
/// and positions, joined by dots, as in "optimizer.state.0.exp_avg". Strides, offsets and storages
/// that several tensors share are honoured: a tensor is read in row-major order, whatever its
/// layout in the file. Nothing that the file names is run or looked up. One thread at a time may
/// read it. Needs libzip.
class TorchFile final : public TensorFile {
public:
    /// Reads the list of members and the pickle. Throws IoError, with path and place, for an
    /// archive that is damaged or ends early, a pickle that calls what could run code, a tensor
    /// that lies outside of its storage, a storage that is missing or of another size, and a type
    /// that tensors of this library don't have; for sparse, quantised and nested tensors; for whole
    /// models, TorchScript archives, files of PyTorch before 1.6 and big-endian ones, with what to
    /// do instead; and where the library was built without libzip.
    explicit TorchFile(const std::string& path, const FileBudget& budget = {});
    /// Takes the file over.
    TorchFile(TorchFile&&) noexcept;
    ~TorchFile() override;

    /// What is neither tensor nor opaque, by paths, in the order of the file: None as null, truth
    /// values, numbers, texts, and lists and tuples of these.
    const std::vector<std::pair<std::string, Config>>& values() const noexcept { return values_; }
    /// The value of that path; null where there is none.
    const Config* value(std::string_view path) const noexcept;
    /// The first tensor that is the same window on the same storage, as tied weights are; empty
    /// where there is none before it. Throws IoError where there is no tensor of that name.
    std::string same_as(std::string_view name) const;
    /// Objects that are passed over.
    const std::vector<OpaqueObject>& opaque() const noexcept { return opaque_; }

private:
    void read_elements(std::size_t i, StoredTensor& tensor) const override;

    struct Storages;
    std::unique_ptr<Storages> storages_;
    std::vector<std::pair<std::string, Config>> values_;
    std::vector<OpaqueObject> opaque_;
};

/// A Python object to be written: a plain value (a Config's object is a dict), a tensor, a
/// container of these, or a module's state dict. Copies share it.
class TorchValue {
public:
    /// A tuple.
    struct Tuple {
        std::vector<TorchValue> items = {};  ///< its elements
    };
    using List = std::vector<TorchValue>;  ///< a list
    using Dict =
        std::vector<std::pair<Config, TorchValue>>;  ///< texts or integers and their values
    /// Tensors by names, as a module's `state_dict()` gives them.
    struct StateDict {
        std::vector<NamedTensor> tensors = {};  ///< in the order of the module
        /// Modules by their paths, "" for the whole, with the versions of their layouts, which
        /// PyTorch keeps under "_metadata".
        std::vector<std::pair<std::string, int>> versions = {};
    };

    /// A plain value.
    template <class T>
    requires std::convertible_to<T, Config> TorchValue(T&& value)
        : TorchValue(Plain{std::forward<T>(value)}) {}
    /// A tensor.
    TorchValue(const Tensor& tensor) : TorchValue(StoredTensor(tensor)) {}
    /// A tensor of a type of its own.
    TorchValue(StoredTensor tensor);
    /// A tuple.
    TorchValue(Tuple tuple);
    /// A list.
    TorchValue(List list);
    /// A dict.
    TorchValue(Dict dict);
    /// A module's state.
    TorchValue(StateDict dict);

    /// Which of these it is: for the writer.
    const detail::TorchKind& kind() const noexcept { return *kind_; }

private:
    struct Plain {
        Config value;
    };
    explicit TorchValue(Plain plain);

    std::shared_ptr<const detail::TorchKind> kind_;
};

/// How a .pt file is written.
struct TorchFileOptions {
    int keep = 0;  ///< how many older files of that name stay, as "name.1", "name.2", …
};

/// Writes an object as `torch.save` does: a zip archive whose storages begin at multiples of 64
/// bytes, one for each tensor, and a pickle of protocol 2 that `torch.load(path,
/// weights_only=True)` opens. The file takes its name when it is complete and on the disk; until
/// then an older one stays. Throws ValueError for a key that is neither text nor integer, and a
/// text that isn't UTF-8; IoError where the file can't be written or the library was built without
/// libzip.
void write_torch(const std::string& path, const TorchValue& object,
                 const TorchFileOptions& options = {});

}  // namespace shikumi::formats
