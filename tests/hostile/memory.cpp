#include "memory.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SHIKUMI_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SHIKUMI_TEST_SANITIZED 1
#endif
#endif

#ifdef SHIKUMI_TEST_SANITIZED

namespace shikumi_test {
bool counts_memory() { return false; }
void begin_counting() {}
std::size_t most_memory() { return 0; }
}  // namespace shikumi_test

#else

#include <malloc.h>

#include <atomic>
#include <cerrno>

#include <shikumi/autograd/memory/buffer.hpp>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace {

std::atomic<long> live{0}, most{0};

void* taken(void* block) {
    if (!block) return block;
    const long now = live += static_cast<long>(malloc_usable_size(block));
    long before = most;
    while (now > before && !most.compare_exchange_weak(before, now)) {
    }
    return block;
}

void given_back(void* block) {
    if (block) live -= static_cast<long>(malloc_usable_size(block));
}

}  // namespace

namespace shikumi_test {

bool counts_memory() { return true; }

void begin_counting() {
    shikumi::release_cached_memory();  // what is taken from the pool would not be seen
    live = 0;
    most = 0;
}

std::size_t most_memory() { return static_cast<std::size_t>(most.load()); }

}  // namespace shikumi_test

// These functions replace glibc's in the whole process, including the libraries that it loads.
extern "C" {

void* malloc(std::size_t size) noexcept { return taken(__libc_malloc(size)); }
void* calloc(std::size_t number, std::size_t size) noexcept {
    return taken(__libc_calloc(number, size));
}
void* realloc(void* block, std::size_t size) noexcept {
    const auto before = block ? static_cast<long>(malloc_usable_size(block)) : 0;
    void* const moved = __libc_realloc(block, size);
    if (moved || size == 0) live -= before;
    return taken(moved);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
    return taken(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    return taken(__libc_memalign(alignment, size));
}
int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept {
    *block = taken(__libc_memalign(alignment, size));
    return *block ? 0 : ENOMEM;
}
void free(void* block) noexcept {
    given_back(block);
    __libc_free(block);
}

}  // extern "C"

#endif
