// Memory for as long as a kernel runs, from the buffers' pool.
#pragma once

#include <array>
#include <cstddef>

#include <shikumi/autograd/core/dtype.hpp>
#include <shikumi/autograd/memory/buffer.hpp>

namespace shikumi::kernels::detail {

/// So many elements, uninitialised.
template <class T>
class Scratch {
public:
    explicit Scratch(Index count)
        : buffer_(Buffer::allocate(static_cast<std::size_t>(count) * sizeof(T))) {}
    T* data() const noexcept { return static_cast<T*>(buffer_.data()); }
    T& operator[](Index i) const noexcept { return data()[i]; }

private:
    Buffer buffer_;
};

/// So many elements, uninitialised: on the stack where they are few. Threads may have no more than
/// 128 KiB of it.
template <class T>
class SmallScratch {
public:
    explicit SmallScratch(Index count)
        : pooled_(count > few ? Buffer::allocate(static_cast<std::size_t>(count) * sizeof(T))
                              : Buffer()) {}
    T* data() noexcept { return pooled_ ? static_cast<T*>(pooled_.data()) : own_.data(); }

private:
    static constexpr Index few = Index{8192 / sizeof(T)};

    alignas(Buffer::alignment) std::array<T, few> own_;
    Buffer pooled_;
};

}  // namespace shikumi::kernels::detail
