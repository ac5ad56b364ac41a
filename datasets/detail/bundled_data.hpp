// The files of datasets/data, as CMake puts them into the library.
#pragma once

#include <string_view>

namespace shikumi::datasets::detail {

extern const std::string_view iris_csv;       ///< text
extern const std::string_view digits_csv_gz;  ///< compressed

}  // namespace shikumi::datasets::detail
