// The larger of two numbers, in a form that becomes vector code.
#pragma once

namespace shikumi::kernels::detail {

/// The larger of v and `than`, which is `than` where they are equal. NaN counts as larger than any
/// number.
template <class T>
T larger(T v, T than) noexcept {
    return ((v > than) | (v != v)) ? v : than;
}

}  // namespace shikumi::kernels::detail
