// Block kernels: pointwise arithmetic on a short run of elements, so that any chain of them can go
// through the cache block by block.
#pragma once

#include <concepts>
#include <type_traits>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels {

/// out[i] = f(a[i], b[i], c[i]) for 0 <= i < n; inputs that f does not take are null. `out` may be
/// one of the inputs, never overlap one otherwise.
using BlockKernel = void (*)(Index n, void* out, const void* a, const void* b, const void* c);

namespace detail {
// What f gives for T elements: bool stays bool, anything else goes back to T.
template <class T, class Result>
using Out = std::conditional_t<std::is_same_v<Result, bool>, bool, T>;

template <class F, class T>
void block(Index n, void* out, const void* a, const void* b, const void* c) {
    const T* x = static_cast<const T*>(a);
    if constexpr (std::invocable<F, T>) {
        using R = Out<T, std::invoke_result_t<F, T>>;
        R* y = static_cast<R*>(out);
        for (Index i = 0; i < n; ++i) y[i] = static_cast<R>(F{}(x[i]));
    } else if constexpr (std::invocable<F, T, T>) {
        using R = Out<T, std::invoke_result_t<F, T, T>>;
        R* y = static_cast<R*>(out);
        const T* u = static_cast<const T*>(b);
        for (Index i = 0; i < n; ++i) y[i] = static_cast<R>(F{}(x[i], u[i]));
    } else {
        T* y = static_cast<T*>(out);
        const T* u = static_cast<const T*>(b);
        const T* v = static_cast<const T*>(c);
        for (Index i = 0; i < n; ++i) y[i] = static_cast<T>(F{}(x[i], u[i], v[i]));
    }
}
}  // namespace detail

/// The kernel of a captureless generic lambda of one to three arguments for f32 and f64; null for
/// other dtypes. The result has the arguments' dtype, or bool where `f` returns bool.
template <class F>
BlockKernel floating(DType t, F) {
    switch (t) {
        case f32:
            return detail::block<F, float>;
        case f64:
            return detail::block<F, double>;
        default:
            return nullptr;
    }
}

/// The same for every dtype but bool.
template <class F>
BlockKernel numeric(DType t, F f) {
    switch (t) {
        case u8:
            return detail::block<F, std::uint8_t>;
        case i32:
            return detail::block<F, std::int32_t>;
        case i64:
            return detail::block<F, std::int64_t>;
        default:
            return floating(t, f);
    }
}

/// The same for every dtype.
template <class F>
BlockKernel any(DType t, F f) {
    return t == bool_ ? detail::block<F, bool> : numeric(t, f);
}

}  // namespace shikumi::kernels
