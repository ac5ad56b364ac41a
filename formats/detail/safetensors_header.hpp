// The header of a safetensors file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::formats::detail {

/// A tensor as the header describes it.
struct SafetensorsEntry {
    TensorEntry tensor;
    std::uint64_t begin = 0, end = 0;  ///< of its elements, from the end of the header
};

/// What a header says.
struct SafetensorsHeader {
    std::vector<SafetensorsEntry> entries;  ///< in the order of their elements
    Metadata metadata;
};

/// Reads a header. `where` is the file, for errors. Throws IoError for anything but a header whose
/// tensors are known, small enough and of the size that their offsets say; how they lie in the file
/// isn't looked at.
SafetensorsHeader parse_safetensors_header(std::string_view text, std::string_view reader,
                                           std::string_view where, const FileBudget& budget);

/// The name of a type: "F32".
std::string_view safetensors_name(StoredType type) noexcept;
/// The place of a type among all types in the order in which tensors are written, widest first.
int safetensors_order(StoredType type) noexcept;

}  // namespace shikumi::formats::detail
