// The tensors in a file of a case.
#pragma once

#include <map>
#include <string>

#include <shikumi/formats.hpp>

#include "case.hpp"

namespace shikumi::exchange {

/// Tensors by their names in a file.
using ByName = std::map<std::string, formats::StoredTensor>;

/// All tensors of an open file.
ByName by_name(const formats::TensorFile& file);
/// Whether types, shapes and bytes are the same.
bool same_tensor(const formats::StoredTensor& a, const formats::StoredTensor& b);
/// Compares the tensor that is called `name` in a file with what the case says of it.
void compare_tensor(const Case& the_case, const json& facts, const std::string& name,
                    const ByName& tensors);

}  // namespace shikumi::exchange
