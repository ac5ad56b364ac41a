// The names of classes, as errors and summaries show them.
#pragma once

#include <string>
#include <string_view>
#include <typeinfo>

namespace shikumi::nn::detail {

/// The name of a class without its namespaces and template arguments.
std::string class_name(const std::type_info& type);
/// Whether it is a class of namespace shikumi::nn.
bool is_of_library(const std::type_info& type);
/// Keras's name for things of a class: "max_pooling2d" for MaxPooling2D, "lstm" for LSTM.
std::string snake_case(std::string_view class_name);

}  // namespace shikumi::nn::detail
