// What a kernel sees of an array: where it is, and what it is.
#pragma once

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi {

/// A contiguous, row-major array to read from. The kernel knows its element type.
struct ConstView {
    const void* data = nullptr;
    Spec spec;

    template <Element T>
    const T* as() const noexcept {
        return static_cast<const T*>(data);
    }
    Index size() const noexcept { return spec.size(); }
};

/// A contiguous, row-major array to write to.
struct View {
    void* data = nullptr;
    Spec spec;

    template <Element T>
    T* as() const noexcept {
        return static_cast<T*>(data);
    }
    Index size() const noexcept { return spec.size(); }
};

}  // namespace shikumi
