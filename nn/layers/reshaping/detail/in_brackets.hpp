// Lists of numbers as layers show them.
#pragma once

#include <string>
#include <vector>

namespace shikumi::nn::detail {

/// "(2, -1)".
template <class T>
std::string in_brackets(const std::vector<T>& list) {
    std::string text = "(";
    for (std::size_t i = 0; i < list.size(); ++i)
        text += (i > 0 ? ", " : "") + std::to_string(list[i]);
    return text + ")";
}

}  // namespace shikumi::nn::detail
