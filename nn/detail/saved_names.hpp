// Names of weights in files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/graph/parameter.hpp>

namespace shikumi::nn::detail {

/// The names with a number behind the second of a kind: "kernel#2".
std::vector<std::string> unique_names(std::vector<std::string> names);
/// The names of parameters, made unique.
std::vector<std::string> saved_names(const std::vector<Parameter>& parameters);
/// Whether two paths are one but for the numbers that make automatic names unique: "dense_1/kernel"
/// is "dense/kernel".
bool same_but_for_numbers(std::string_view a, std::string_view b);

}  // namespace shikumi::nn::detail
