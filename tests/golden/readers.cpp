#include "readers.hpp"

#include <algorithm>

#include "compare.hpp"

namespace shikumi::golden {

void only(const json& config, const std::string& what, const std::vector<std::string>& known) {
    for (const auto& item : config.items()) {
        const bool inert = item.value().is_null() || item.value() == false;
        if (!inert && std::find(known.begin(), known.end(), item.key()) == known.end())
            throw Unknown(what + " with " + item.key());
    }
}

Shape read_shape(const json& sizes) {
    const auto all = sizes.get<std::vector<Index>>();
    return Shape(std::span<const Index>(all));
}

Tensor read_tensor(const json& j, DType dtype) {
    return tensor(read_numbers(j), read_shape(j.at("shape"))).cast(dtype);
}

}  // namespace shikumi::golden
