// ThreadCache: working memory that a thread keeps from one use to the next.
#pragma once

#include <cstddef>
#include <memory>

#include <shikumi/autograd/memory/buffer.hpp>

namespace shikumi::detail {

/// A T for one scope, whose containers keep their capacity for the thread's next ThreadCache<T>. A
/// nested use gets another T. T has `clear()` and `worth_keeping()`: false once it has grown too
/// large.
template <class T>
class ThreadCache {
public:
    ThreadCache() : object_(std::move(idle())) {
        if (!object_) object_ = std::make_unique<T>();
    }
    ~ThreadCache() {
        if (!object_->worth_keeping()) return;
        object_->clear();
        idle() = std::move(object_);
    }
    ThreadCache(const ThreadCache&) = delete;
    ThreadCache& operator=(const ThreadCache&) = delete;
    T* operator->() const noexcept { return object_.get(); }
    T& operator*() const noexcept { return *object_; }

private:
    static std::unique_ptr<T>& idle() {
        static thread_local std::unique_ptr<T> object;
        return object;
    }
    std::unique_ptr<T> object_;
};

/// Sees to it that `buffer` has room for `bytes`; what was in it is lost.
inline void want(Buffer& buffer, std::size_t bytes) {
    if (buffer.capacity() < bytes) buffer = Buffer::allocate(bytes);
}
/// Lets go of a buffer that is too large to wait for the next run, and is true then. A small one
/// stays, so that a small step asks nobody for memory.
inline bool let_go_if_large(Buffer& buffer) noexcept {
    constexpr std::size_t small = std::size_t{128} << 10;
    if (buffer.capacity() <= small) return false;
    buffer = Buffer();
    return true;
}

/// Nodes of a walk beyond which a thread doesn't keep the memory of it.
inline constexpr std::size_t largest_kept_traversal = std::size_t{1} << 22;

}  // namespace shikumi::detail
