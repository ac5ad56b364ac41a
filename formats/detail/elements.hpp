// The elements of a tensor as bytes of a file.
#pragma once

#include <string>
#include <string_view>

#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/formats/stored_tensor.hpp>

namespace shikumi::formats::detail {

/// The elements in little-endian order: those of the tensor itself, or a copy in `swapped`.
std::string_view little_endian_elements(const StoredTensor& tensor, std::string& swapped);
/// Appends the elements, in little-endian order.
void write_elements(shikumi::detail::NewFile& file, const StoredTensor& tensor);

}  // namespace shikumi::formats::detail
