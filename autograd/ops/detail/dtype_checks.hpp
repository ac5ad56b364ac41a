// Dtypes and limits that operations refuse. Each check throws DTypeError, unless it says otherwise,
// and names the operation.
#pragma once

#include <cmath>
#include <string_view>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::detail {

/// Refuses an input unless it is f32 or f64.
inline void want_floating(std::string_view op, const Spec& x) {
    if (!is_floating(x.dtype))
        fail<DTypeError>(op, "wants f32 or f64, got ", x, ": convert it with .cast(f32)");
}

/// Refuses to create anything but f32 and f64.
inline void want_floating(std::string_view op, DType wanted) {
    if (!is_floating(wanted)) fail<DTypeError>(op, "wants f32 or f64, got ", wanted);
}

/// Refuses a limit that is infinite or NaN, or that the dtype, f32 or f64, can't hold: ValueError.
inline void want_finite(std::string_view op, std::string_view what, double value, DType dtype) {
    if (!std::isfinite(dtype == f32 ? static_cast<double>(static_cast<float>(value)) : value))
        fail<ValueError>(op, "wants a finite ", what, " of ", dtype, ", got ", value);
}

/// Refuses indices unless they are integers.
inline void want_indices(std::string_view op, const Spec& indices) {
    if (!is_integer(indices.dtype))
        fail<DTypeError>(op, "wants integers as indices, got ", indices,
                         ": convert them with .cast(i64)");
}

}  // namespace shikumi::detail
