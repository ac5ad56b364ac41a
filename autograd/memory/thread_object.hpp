// thread_object: an object that each thread makes at its first use and keeps to its end.
#pragma once

#include <memory>
#include <utility>

namespace shikumi::detail {

/// True once this thread's objects are destroyed. It may go on computing: in static objects'
/// destructors and std::atexit handlers, which run after main, and in the last destructors of
/// thread_local objects.
bool thread_ended() noexcept;
/// Calls `destroy(object)` when this thread ends; what was registered last comes first.
void at_thread_end(void* object, void (*destroy)(void*) noexcept);

/// This thread's T, made at its first use; null once the thread's objects are destroyed. Only a
/// pointer lies in static thread-local storage, of which a program that is running has little left
/// for a library that it loads.
template <class T>
T* thread_object() {
    static thread_local constinit T* object = nullptr;
    if (!object && !thread_ended()) [[unlikely]] {
        auto fresh = std::make_unique<T>();
        at_thread_end(&object, [](void* place) noexcept {
            const std::unique_ptr<T> old(std::exchange(*static_cast<T**>(place), nullptr));
        });
        object = fresh.release();
    }
    return object;
}

}  // namespace shikumi::detail
