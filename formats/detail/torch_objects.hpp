// What a .pt file holds, by the records of its pickle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/formats/detail/pickle.hpp>
#include <shikumi/formats/torch_file.hpp>

namespace shikumi::formats::detail {

/// A tensor as a window on a storage.
struct TorchTensor {
    TensorEntry entry;
    std::string_view storage;            ///< its key
    std::uint64_t storage_bytes = 0;     ///< size of the whole storage
    std::uint64_t offset = 0;            ///< of the first element, in elements
    std::vector<std::uint64_t> strides;  ///< of each axis, in elements
    std::uint64_t span = 0;              ///< elements from the first one to the one farthest behind

    /// Whether the elements lie in the storage in row-major order, side by side.
    bool contiguous() const noexcept;
};

/// What a pickle holds, by paths, in its order.
struct TorchObjects {
    std::vector<TorchTensor> tensors;
    std::vector<std::pair<std::string, Config>> values;
    std::vector<OpaqueObject> opaque;
};

/// How many objects the pickle of a file within a budget may have.
std::size_t most_objects(const FileBudget& budget) noexcept;

/// Sorts out what a pickle holds. Throws IoError beginning with `reader` and `where` as TorchFile
/// does. The keys of storages are views of the pickle's texts.
TorchObjects torch_objects(const Pickle& pickle, std::string_view reader, std::string_view where,
                           const FileBudget& budget);

}  // namespace shikumi::formats::detail
