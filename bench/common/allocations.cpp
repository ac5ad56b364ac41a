// Counts calls of malloc and its relatives: these functions replace glibc's in the whole process,
// including the libraries that it loads.
#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "program.hpp"

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace {

std::atomic<long> count{0};

// An atomic addition would slow down programs that allocate often. This count is exact with one
// thread; with several it may rarely miss a call.
void note() noexcept {
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

long bench::allocations() noexcept { return count.load(std::memory_order_relaxed); }

extern "C" {

void* malloc(std::size_t size) noexcept {
    note();
    return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) noexcept {
    note();
    return __libc_calloc(number, size);
}
void* realloc(void* old, std::size_t size) noexcept {
    note();
    return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
    note();
    return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    note();
    return __libc_memalign(alignment, size);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t size) noexcept {
    note();
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : ENOMEM;
}
}
