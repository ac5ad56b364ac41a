// The one thread pool of the process.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi {

/// How many threads compute, the caller's included. Results have the same bits for any number.
/// Throws ValueError below 1. Waits for work in progress.
void set_num_threads(int count);
/// At first: the processors that this process may run on.
int num_threads() noexcept;

namespace kernels {

namespace detail {
/// Runs call(context, block) for each block, on the pool where it is free.
void run_blocks(Index blocks, void (*call)(void*, Index), void* context);
}  // namespace detail

/// f(block) for each block of [0, blocks), in any order, on any threads; the caller works too. One
/// block wakes nobody; so does a call inside another, or while another thread has the pool. Blocks
/// are to depend on the task's shape alone, never on the number of threads: then so do the results.
/// Of the exceptions that leave `f`, the lowest block's reaches the caller.
template <std::invocable<Index> F>
void parallel_for(Index blocks, F&& f) {
    using Function = std::remove_reference_t<F>;
    if (blocks == 1) {
        f(Index{0});
        return;
    }
    detail::run_blocks(
        blocks, [](void* context, Index block) { (*static_cast<Function*>(context))(block); },
        const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

/// f(begin, end) for pieces of [0, count) of `piece` elements each, the last one shorter.
template <std::invocable<Index, Index> F>
void parallel_pieces(Index count, Index piece, F&& f) {
    const auto run = [&](Index block) {
        const Index begin = block * piece;
        f(begin, count - begin < piece ? count : begin + piece);
    };
    parallel_for((count + piece - 1) / piece, run);
}

}  // namespace kernels
}  // namespace shikumi
