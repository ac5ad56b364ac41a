// Kernels for each type of indices.
#pragma once

#include <cstdint>
#include <utility>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels::detail {

/// Calls f with the integer type of `t`, which must be u8, i32 or i64.
template <class F>
decltype(auto) dispatch_index(DType t, F&& f) {
    switch (t) {
        case u8:
            return std::forward<F>(f).template operator()<std::uint8_t>();
        case i32:
            return std::forward<F>(f).template operator()<std::int32_t>();
        default:
            return std::forward<F>(f).template operator()<std::int64_t>();
    }
}

}  // namespace shikumi::kernels::detail
