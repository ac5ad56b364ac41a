// What operations that take indices have in common.
#pragma once

#include <string_view>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::detail {

/// Throws DTypeError unless they are integers.
inline void want_indices(std::string_view op, const Spec& indices) {
    if (!is_integer(indices.dtype))
        fail<DTypeError>(op, "wants integers as indices, got ", indices,
                         ": convert them with .cast(i64)");
}

}  // namespace shikumi::detail
