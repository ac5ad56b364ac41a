// Arrays as kernels see them: an address, a shape and a dtype.
#pragma once

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi {

/// A contiguous, row-major array to read from. It owns nothing.
struct ConstView {
    const void* data = nullptr;  ///< the first element
    Spec spec;                   ///< shape and dtype

    /// The first element; T must be the type of the dtype, or that of storage_of(it).
    template <Element T>
    const T* as() const noexcept {
        return static_cast<const T*>(data);
    }
    /// The number of elements.
    Index size() const noexcept { return spec.size(); }
};

/// A contiguous, row-major array to write to. It owns nothing.
struct View {
    void* data = nullptr;  ///< the first element
    Spec spec;             ///< shape and dtype

    /// The first element; T must be the type of the dtype, or that of storage_of(it).
    template <Element T>
    T* as() const noexcept {
        return static_cast<T*>(data);
    }
    /// The number of elements.
    Index size() const noexcept { return spec.size(); }
};

}  // namespace shikumi
