// The names of classes, as errors and summaries show them.
#pragma once

#include <string>
#include <typeinfo>

namespace shikumi::nn::detail {

/// The name of a class without its namespaces and template arguments.
std::string class_name(const std::type_info& type);
/// Whether it is a class of namespace shikumi::nn.
bool is_of_library(const std::type_info& type);

}  // namespace shikumi::nn::detail
