#include <shikumi/autograd/memory/buffer.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <mutex>
#include <new>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi {

namespace {

[[noreturn]] void refuse(std::size_t bytes) {
    fail<MemoryError>("memory", "the system does not give ", bytes, " bytes");
}

}  // namespace

// Four size classes to a power of two, from 64 bytes up: at most a quarter of a block is slack.
class BufferPool {
public:
    using Block = Buffer::Block;

    static BufferPool& instance() {
        // leaked: buffers in static objects outlive any order
        static BufferPool& pool = *new BufferPool;
        return pool;
    }

    Block* take(std::size_t bytes) {
        const auto [index, size] = size_class(bytes);
        {
            const std::lock_guard lock(mutex_);
            stats_.live += size;
            stats_.peak = std::max(stats_.peak, stats_.live);
            if (Block* block = free_[index]) {
                free_[index] = block->next;
                stats_.cached -= size;
                block->count.store(1, std::memory_order_relaxed);
                return block;
            }
            ++stats_.allocations;
        }
        void* memory = from_system(size);
        if (!memory) {
            trim();  // what is kept for reuse may be what is missing
            memory = from_system(size);
        }
        if (!memory) {
            const std::lock_guard lock(mutex_);
            stats_.live -= size;
            refuse(size);
        }
        return new (memory) Block{{1}, size};
    }

    void give_back(Block* block) noexcept {
        const std::size_t size = block->capacity;
        {
            const std::lock_guard lock(mutex_);
            stats_.live -= size;
            if (stats_.cached + size <= cache_limit) {
                stats_.cached += size;
                Block*& head = free_[size_class(size).index];
                block->next = head;
                head = block;
                return;
            }
        }
        destroy(block);
    }

    void trim() noexcept {
        const std::lock_guard lock(mutex_);
        for (Block*& head : free_) {
            while (Block* block = head) {
                head = block->next;
                destroy(block);
            }
        }
        stats_.cached = 0;
    }

    MemoryStats stats() noexcept {
        const std::lock_guard lock(mutex_);
        return stats_;
    }

private:
    struct SizeClass {
        std::size_t index, size;
    };
    static SizeClass size_class(std::size_t bytes) noexcept {
        bytes = std::max<std::size_t>(bytes, 64);
        const auto log =
            static_cast<unsigned>(std::bit_width(bytes - 1));  // 2^(log-1) < bytes <= 2^log
        const std::size_t step = std::size_t{1} << (log - 3);
        const std::size_t size = (bytes + step - 1) / step * step;
        return {(log - 6) * 4 + (size >> (log - 3)) - 4, size};
    }
    static void* from_system(std::size_t size) noexcept {
        return ::operator new (sizeof(Block) + size, std::align_val_t{Buffer::alignment},
                               std::nothrow);
    }
    static void destroy(Block* block) noexcept {
        block->~Block();
        ::operator delete (block, std::align_val_t{Buffer::alignment});
    }

#ifdef SHIKUMI_NO_POOL
    static constexpr std::size_t cache_limit = 0;  // sanitizers see every use after free
#else
    static constexpr std::size_t cache_limit = std::size_t{512} << 20;
#endif
    std::mutex mutex_;
    std::array<Block*, 64 * 4 + 8> free_{};
    MemoryStats stats_;
};

Buffer Buffer::allocate(std::size_t bytes) {
    if (bytes > (std::size_t{1} << 62)) refuse(bytes);
    return Buffer(BufferPool::instance().take(bytes));
}
void Buffer::give_back(Block* block) noexcept {
    if (block->mapped) return unmap(block);
    BufferPool::instance().give_back(block);
}

// The block lies in the first page of the mapping.
void Buffer::unmap(Block* block) noexcept {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t before = reinterpret_cast<std::uintptr_t>(block) % page;
    munmap(reinterpret_cast<std::byte*>(block) - before, before + sizeof(Block) + block->capacity);
}

MemoryStats memory_stats() noexcept { return BufferPool::instance().stats(); }
void release_cached_memory() noexcept { BufferPool::instance().trim(); }

}  // namespace shikumi
