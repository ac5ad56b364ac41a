// Lent: working memory that a thread keeps from one use to the next.
#pragma once

#include <memory>

namespace shikumi {

/// A T for one scope, whose containers keep their capacity for the thread's next Lent<T>. A nested
/// use gets another T. T has `clear()` and `worth_keeping()`: false once it has grown too large.
template <class T>
class Lent {
public:
    Lent() : object_(std::move(idle())) {
        if (!object_) object_ = std::make_unique<T>();
    }
    ~Lent() {
        if (!object_->worth_keeping()) return;
        object_->clear();
        idle() = std::move(object_);
    }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    T* operator->() const noexcept { return object_.get(); }
    T& operator*() const noexcept { return *object_; }

private:
    static std::unique_ptr<T>& idle() {
        static thread_local std::unique_ptr<T> object;
        return object;
    }
    std::unique_ptr<T> object_;
};

/// Nodes of a walk beyond which a thread doesn't keep the memory of it.
inline constexpr std::size_t largest_kept_walk = std::size_t{1} << 22;

}  // namespace shikumi
