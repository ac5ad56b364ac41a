// Buffer::map, which only programs link that read files so.
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/memory/buffer.hpp>

namespace shikumi {

Buffer Buffer::map(int file, std::uint64_t offset, std::size_t bytes) {
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    // What the file has before the bytes is overwritten by the block, in this process alone.
    const std::uint64_t first = (offset - sizeof(Block)) / page * page;
    const auto before = static_cast<std::size_t>(offset - sizeof(Block) - first);
    void* const memory = mmap(nullptr, before + sizeof(Block) + bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_NORESERVE, file, static_cast<off_t>(first));
    if (memory == MAP_FAILED)
        fail<MemoryError>("memory", "can't map ", bytes,
                          " bytes of a file: ", std::strerror(errno));
    Block* const block = new (static_cast<std::byte*>(memory) + before) Block{{1}, bytes};
    block->mapped = true;
    return Buffer(block);
}

}  // namespace shikumi
