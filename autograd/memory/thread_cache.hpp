// ThreadCache: an object that a thread keeps from one use to the next.
#pragma once

#include <cstddef>
#include <memory>

#include <shikumi/autograd/memory/buffer.hpp>
#include <shikumi/autograd/memory/thread_object.hpp>

namespace shikumi::detail {

/// A T for one scope. It is kept for this thread's next ThreadCache<T>, so that its containers keep
/// their memory; a nested use gets a T of its own, and so does a thread that has ended. T has
/// `clear()`, called in between, and `worth_keeping()`: false once the object is too large to be
/// kept.
template <class T>
class ThreadCache {
public:
    ThreadCache() {
        if (Idle* const idle = thread_object<Idle>()) object_ = std::move(*idle);
        if (!object_) object_ = std::make_unique<T>();
    }
    ~ThreadCache() {
        if (!object_->worth_keeping()) return;
        object_->clear();
        if (Idle* const idle = thread_object<Idle>()) *idle = std::move(object_);
    }
    ThreadCache(const ThreadCache&) = delete;
    ThreadCache& operator=(const ThreadCache&) = delete;
    T* operator->() const noexcept { return object_.get(); }
    T& operator*() const noexcept { return *object_; }

private:
    using Idle = std::unique_ptr<T>;
    Idle object_;
};

/// Gives the buffer room for `bytes`. Its values are lost where it had less.
inline void ensure_capacity(Buffer& buffer, std::size_t bytes) {
    if (buffer.capacity() < bytes) buffer = Buffer::allocate(bytes);
}

/// Empties a buffer that is too large to be kept for the next run, and returns true then. A small
/// one stays, so that a small step allocates nothing.
inline bool release_if_large(Buffer& buffer) noexcept {
    constexpr std::size_t small = std::size_t{128} << 10;
    if (buffer.capacity() <= small) return false;
    buffer = Buffer();
    return true;
}

/// The most nodes of a graph for which a thread keeps an evaluator's memory.
inline constexpr std::size_t largest_kept_traversal = std::size_t{1} << 22;

}  // namespace shikumi::detail
