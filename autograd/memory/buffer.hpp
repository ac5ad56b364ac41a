// Buffer: shared, aligned, pooled memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace shikumi {

/// A shared block of memory, aligned to 64 bytes; copying shares it. Blocks come from a
/// process-wide pool of size classes, so a program in its steady state allocates nothing.
class Buffer {
public:
    static constexpr std::size_t alignment = 64;  ///< of the first byte of what is allocated

    /// No memory.
    Buffer() noexcept = default;
    /// At least `bytes` of uninitialised memory. Throws MemoryError.
    static Buffer allocate(std::size_t bytes);
    /// Bytes of an open file, from a place on that is a multiple of 8 and lies behind the first
    /// `alignment` ones; the first byte is aligned as it is in the file. They are read when they
    /// are touched, and what is written into them stays in memory. A file that is cut short
    /// meanwhile ends the program by SIGBUS. Throws MemoryError where the system can't do that.
    static Buffer map(int file, std::uint64_t offset, std::size_t bytes);

    /// Shares the block.
    Buffer(const Buffer& other) noexcept : block_(other.block_) {
        if (block_) block_->count.fetch_add(1, std::memory_order_relaxed);
    }
    /// Takes the share of `other`, which is empty then.
    Buffer(Buffer&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    /// Gives the own share back, and takes that of `other`.
    Buffer& operator=(Buffer other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~Buffer() {
        if (block_ && block_->count.fetch_sub(1, std::memory_order_acq_rel) == 1) give_back(block_);
    }

    /// True where there is memory.
    explicit operator bool() const noexcept { return block_ != nullptr; }
    /// The first byte; null where there is no memory.
    void* data() const noexcept { return block_ ? block_ + 1 : nullptr; }
    /// Size of the block in bytes, at least what was asked for.
    std::size_t capacity() const noexcept { return block_ ? block_->capacity : 0; }
    /// True where no other Buffer shares the block.
    bool unique() const noexcept {
        return block_ && block_->count.load(std::memory_order_acquire) == 1;
    }

private:
    friend class BufferPool;
    // Lies before the bytes; those of a file may begin at any multiple of 8.
    struct Block {
        std::atomic<std::int64_t> count;
        std::size_t capacity;
        Block* next = nullptr;
        bool mapped = false;
        std::byte padding[39] = {};
    };
    static_assert(sizeof(Block) == alignment && alignof(Block) <= 8);
    explicit Buffer(Block* block) noexcept : block_(block) {}
    static void give_back(Block* block) noexcept;
    static void unmap(Block* block) noexcept;

    Block* block_ = nullptr;
};

/// What the pool holds, in bytes.
struct MemoryStats {
    std::size_t live = 0;         ///< in buffers that somebody holds
    std::size_t peak = 0;         ///< the most that was ever live
    std::size_t cached = 0;       ///< kept for reuse
    std::size_t allocations = 0;  ///< how often the operating system was asked
};
/// The pool's state now.
MemoryStats memory_stats() noexcept;
/// Gives the cached blocks back to the operating system.
void release_cached_memory() noexcept;

}  // namespace shikumi
