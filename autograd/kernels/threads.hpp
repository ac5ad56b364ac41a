// The one thread pool of the process.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi {

/// Sets how many threads compute, the caller's included. Results have the same bits for any number.
/// Waits for computations in progress. Throws ValueError below 1, StateError within a computation.
void set_num_threads(int count);
/// How many threads compute; at first as many as there are processors for this process.
int num_threads() noexcept;

namespace kernels {

namespace detail {
/// Runs call(context, block) for each block, on the pool where it is free.
void run_blocks(Index blocks, void (*call)(void*, Index), void* context);
/// Calls the function object at `function`, whose type run_blocks doesn't know.
template <class Function>
void call_block(void* function, Index block) {
    (*static_cast<Function*>(function))(block);
}
}  // namespace detail

/// Calls f(block) for each block of [0, blocks), in any order, on any threads, the caller's
/// included. The caller computes alone where there is one block, inside another parallel_for, and
/// while another thread uses the pool. How work is cut into blocks must depend on its shape alone,
/// never on the number of threads: then so do the results. If several calls throw, the caller gets
/// the exception of the lowest block.
template <std::invocable<Index> F>
void parallel_for(Index blocks, F&& f) {
    using Function = std::remove_reference_t<F>;
    if (blocks == 1) {
        f(Index{0});
        return;
    }
    detail::run_blocks(blocks, detail::call_block<Function>,
                       const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

/// Calls f(begin, end) for pieces of [0, count) of `piece` elements each, in any order, on any
/// threads; the last piece may be shorter.
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
