// Memory for as long as a kernel runs, from the buffers' pool.
#pragma once

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

}  // namespace shikumi::kernels::detail
