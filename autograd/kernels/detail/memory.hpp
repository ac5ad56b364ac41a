// Elements cleared and copied; counts may be 0.
#pragma once

#include <cstring>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels::detail {

template <class T>
void clear(T* values, Index count) {
    if (count > 0) std::memset(values, 0, static_cast<std::size_t>(count) * sizeof(T));
}

template <class T>
void copy(const T* from, Index count, T* to) {
    if (count > 0) std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(T));
}

}  // namespace shikumi::kernels::detail
